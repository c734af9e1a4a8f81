//! A tenant like life, made by SQL: many users, each of them in several groups, of which some have
//! very many members.

use scimwire::sql::Dialect;

/// What a resource is called that is to be made many times.
pub const TEMPLATE: &str = "template0000000";

/// How many numbers of groups each size has.
const GROUPS_A_SIZE: usize = 1_000;

/// How large a tenant is to be.
pub struct LargeTenant<'t> {
    pub dialect: Dialect,
    pub tenant: &'t str,
    pub users: usize,
    /// Each user is in one group of each of these sizes.
    pub sizes: &'t [usize],
}

impl LargeTenant<'_> {
    /// The statements that make users of one, groups of another, and members; the templates stay.
    pub fn statements(&self, user: &str, group: &str) -> Vec<String> {
        let mut all = self.cloned("User", user, &self.numbers(self.users)).to_vec();
        all.extend(self.cloned("Group", group, &self.groups()));
        all.extend(self.sizes.iter().enumerate().map(|(index, size)| self.members(index, *size)));
        all.push(self.nested());
        all
    }

    /// How many groups there are.
    pub fn group_count(&self) -> usize {
        self.sizes.iter().map(|size| self.users.div_ceil(*size)).sum()
    }

    /// The id of the group of that size that has the first user.
    pub fn first_group(&self, size: usize) -> String {
        let index =
            self.sizes.iter().position(|known| *known == size).expect("a size that there is");
        numbered("Group", index * GROUPS_A_SIZE)
    }

    fn numbers(&self, count: usize) -> String {
        format!("numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})")
    }

    /// The numbers of all groups.
    fn groups(&self) -> String {
        let of_size = |(index, size): (usize, &usize)| {
            let first = index * GROUPS_A_SIZE;
            format!("SELECT {first}, {}", first + self.users.div_ceil(*size))
        };
        let ranges: Vec<String> = self.sizes.iter().enumerate().map(of_size).collect();
        format!(
            "ranges(first, past) AS ({}), numbers(n) AS (SELECT first FROM ranges UNION ALL SELECT n + 1 FROM numbers \
             WHERE n + 1 < (SELECT max(past) FROM ranges WHERE first <= n))",
            ranges.join(" UNION ALL ")
        )
    }

    fn cloned(&self, resource_type: &str, template: &str, numbers: &str) -> [String; 2] {
        let id = self.id(resource_type);
        let name = format!("'template' || {}", self.padded("n", 7));
        let renamed = |text: &str| {
            format!("replace(replace({text}, '{template}', {id}), '{TEMPLATE}', {name})")
        };
        let (document, search) = match self.dialect {
            Dialect::Sqlite => (renamed("document"), format!("jsonb({})", renamed("json(search)"))),
            _ => (
                format!("CAST({} AS json)", renamed("CAST(document AS text)")),
                format!("CAST({} AS jsonb)", renamed("CAST(search AS text)")),
            ),
        };
        [
            format!(
                "WITH RECURSIVE {numbers} INSERT INTO scim_resource (tenant, resource_type, id, name, document, search) \
                 SELECT tenant, resource_type, {id}, {}, {document}, {search} FROM scim_resource, numbers WHERE id = '{template}' \
                 ORDER BY n",
                renamed("name")
            ),
            format!(
                "WITH RECURSIVE {numbers} INSERT INTO scim_key (tenant, resource_type, attribute, value, slot, resource_id) \
                 SELECT tenant, resource_type, attribute, {}, {}, {id} FROM scim_key, numbers WHERE resource_id = '{template}'",
                renamed("value"),
                renamed("slot")
            ),
        ]
    }

    /// Each user into one group of a size.
    fn members(&self, index: usize, size: usize) -> String {
        let group = format!("{} + (n - 1) / {size}", index * GROUPS_A_SIZE);
        format!(
            "WITH RECURSIVE {} INSERT INTO scim_member (tenant, group_id, group_type, member_id, place) \
             SELECT '{}', {}, 'Group', {}, n FROM numbers",
            self.numbers(self.users),
            self.tenant,
            self.id_of("Group", &group),
            self.id("User"),
        )
    }

    /// The first group of the first size is in that of the next one.
    fn nested(&self) -> String {
        let (inner, outer) = (numbered("Group", 0), numbered("Group", GROUPS_A_SIZE));
        format!(
            "INSERT INTO scim_member (tenant, group_id, group_type, member_id, place) \
             VALUES ('{}', '{outer}', 'Group', '{inner}', 1)",
            self.tenant
        )
    }

    fn id(&self, resource_type: &str) -> String {
        self.id_of(resource_type, "n")
    }

    fn id_of(&self, resource_type: &str, number: &str) -> String {
        format!("'01900000-{}-7000-8000-' || {}", kind(resource_type), self.padded(number, 12))
    }

    fn padded(&self, number: &str, width: usize) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("printf('%0{width}d', {number})"),
            _ => format!("lpad(CAST({number} AS text), {width}, '0')"),
        }
    }
}

/// An id with a number in it, as the stores make them.
pub fn numbered(resource_type: &str, number: usize) -> String {
    format!("01900000-{}-7000-8000-{number:012}", kind(resource_type))
}

fn kind(resource_type: &str) -> &'static str {
    if resource_type == "User" { "0001" } else { "0002" }
}
