//! What the steps of a plan look at.

/// The tables, under the names that statements give them.
const TABLES: &[&str] = &["r", "n", "t", "m", "k", "scim_resource", "scim_member", "scim_key"];

/// Indexes of PostgreSQL, a column that each has behind another one, and that one: where only the
/// first is known, all is looked at that a tenant has in the index.
const BEHIND: &[(&str, &str, &str)] = &[
    ("scim_resource_name", "(id ", "(name "),
    ("scim_member_member", "(group_id ", "(member_id "),
];

#[track_caller]
pub(crate) fn by_index(what: &str, plans: &[String]) {
    assert!(plans.concat().contains("scim_resource"), "{what}: there is a plan");
    for plan in plans {
        assert_eq!(walk(plan), None, "{what}:\n{plan}");
    }
}

#[track_caller]
pub(crate) fn in_order(what: &str, plans: &[String]) {
    for plan in plans {
        assert!(!plan.contains("count(*)"), "{what}:\n{plan}");
        let detour = if plan.contains("page(id") { detour(plan) } else { None };
        assert_eq!(scan(plan).or(detour), None, "{what}:\n{plan}");
    }
}

/// A step that looks at all of a table, or at all that a tenant has in it.
pub(crate) fn scan(plan: &str) -> Option<&str> {
    // A sub-select may have the name of the table that it is of.
    let is_table =
        |name: &str| TABLES.contains(&name) && !plan.contains(&format!("CO-ROUTINE {name}\n"));
    let (mut table, mut index) = ("", "");
    plan.lines().map(str::trim).find(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        // "Seq Scan on scim_member m" and "Index Scan using scim_member_member on scim_member m"
        if let Some(on) = words.iter().position(|word| *word == "on") {
            table = words.get(on + 1).copied().unwrap_or_default();
            let using = words.iter().position(|word| *word == "using");
            index = using.and_then(|using| words.get(using + 1)).copied().unwrap_or_default();
        }
        match words.as_slice() {
            ["SCAN", name, ..] => is_table(name),
            // It is made of all that the tenant has.
            ["BLOOM", "FILTER", "ON", name, ..] => is_table(name),
            ["SEARCH", name, ..] => is_table(name) && line.ends_with("(tenant=?)"),
            ["Index", "Cond:", ..] => {
                let passes_over = BEHIND.iter().any(|(of, behind, first)| {
                    *of == index && line.contains(behind) && !line.contains(first)
                });
                is_table(table) && (passes_over || line.matches(" = ").count() == 1)
            }
            _ => line.contains("Seq Scan on") && is_table(table),
        }
    })
}

/// The same, or a step that looks at all resources of a type.
fn walk(plan: &str) -> Option<&str> {
    let whole = |line: &&str| {
        line.ends_with("(tenant=? AND resource_type=?)") && !line.contains("SEARCH scim_count")
    };
    let mut before = "";
    let walk = plan.lines().map(str::trim).find(|line| {
        let is_of_type = line.starts_with("Index Cond:")
            && line.matches(" = ").count() == 2
            && line.contains("resource_type = ");
        // From an id, or between one and itself.
        let is_placed = line.contains(" > ") || line.contains("(id <= ");
        let found = whole(line) || (is_of_type && !is_placed && !before.contains("scim_count"));
        before = line;
        found
    });
    scan(plan).or(walk)
}

/// A step that puts what it has found in order, or looks into the table for what is not in the
/// index.
fn detour(plan: &str) -> Option<&str> {
    let along = |line: &str| {
        let postgres = line.contains("Index Only Scan") && line.contains("using scim_resource_");
        postgres || line.contains("SEARCH r USING COVERING INDEX")
    };
    if !plan.lines().any(along) {
        return Some("no index alone");
    }
    // What has the same name is put in order by id, which is no detour.
    let is_sort = |line: &&str| {
        line.contains("TEMP B-TREE FOR ORDER BY") || line.trim_start().starts_with("->  Sort")
    };
    plan.lines().find(is_sort)
}
