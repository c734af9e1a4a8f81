use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::filter::{EvalBudget, Filter, FilterBinder};
use crate::query::{IdOrder, Page, Position, Projection, Sort, SortKey};
use crate::schema::{ENTERPRISE_USER, ResourceType, ResourceUrls, Schema, SchemaRegistry};
use crate::store::StoreQuery;

mod elements;
mod uuids;

fn users() -> ResourceType {
    let desk = json!({ "id": "urn:example:Desk", "name": "Desk", "attributes": [
        { "name": "floor", "type": "integer" },
        { "name": "since", "type": "dateTime" },
        { "name": "key", "type": "binary" },
    ]});
    ResourceType::user()
        .with_extension(ENTERPRISE_USER)
        .with_extension(Schema::try_from(desk).expect("a schema"))
}

fn mapping(dialect: Dialect) -> ColumnMapping {
    ColumnMapping::new(dialect)
        .column("id", Column::text("u.id"))
        .column("externalId", Column::text("u.external_id"))
        .column("userName", Column::ascii("u.email").not_null())
        .column("title", Column::text("u.title"))
        .column("displayName", Column::folded("u.display_folded"))
        .column("active", Column::boolean("u.active"))
        .column("meta.created", Column::instant("u.created", TimestampFormat::UnixSeconds))
        .column("meta.lastModified", Column::instant("u.modified", TimestampFormat::Timestamptz))
        .column("urn:example:Desk:floor", Column::number("u.floor"))
        .column("urn:example:Desk:key", Column::new("u.key", ColumnFormat::Binary))
        .elements(
            "emails",
            ElementTable::table("user_email", "user_id", "u.id")
                .column("value", Column::ascii("user_email.value"))
                .column("type", Column::ascii("user_email.type"))
                .column("primary", Column::boolean("user_email.is_primary")),
        )
        .elements(
            "roles",
            ElementTable::json(dialect, "u.roles")
                .member("value", ColumnFormat::Ascii)
                .member("primary", ColumnFormat::Boolean),
        )
}

fn locations() -> ResourceUrls {
    ResourceUrls::new(
        "https://example.com/scim/v2",
        &SchemaRegistry::new([ResourceType::user().into()]).expect("a registry"),
    )
}

fn bound(filter: &str) -> crate::filter::BoundFilter {
    let filter: Filter = filter.parse().unwrap_or_else(|err| panic!("{filter}: {err}"));
    FilterBinder::new(&users())
        .with_urls(locations())
        .bind(&filter)
        .unwrap_or_else(|err| panic!("{filter}: {err}"))
}

fn condition(dialect: Dialect, filter: &str) -> Condition {
    translate(&bound(filter), &mapping(dialect)).unwrap_or_else(|err| panic!("{filter}: {err}"))
}

fn text(dialect: Dialect, filter: &str) -> String {
    condition(dialect, filter).sql.render(dialect, 1)
}

#[test]
fn conditions_are_as_short_as_can_be() {
    for (filter, sqlite, postgres) in [
        (r#"id eq "7""#, r#""u"."id" COLLATE BINARY = ?1"#, r#""u"."id" = $1"#),
        (
            r#"userName eq "Ann""#,
            r#"lower("u"."email") COLLATE BINARY = ?1"#,
            r#"lower("u"."email" COLLATE "C") = $1"#,
        ),
        ("active eq true", r#""u"."active" = ?1"#, r#""u"."active" = $1"#),
        ("title pr", r#""u"."title" <> ''"#, r#""u"."title" <> ''"#),
        (
            r#"displayName co "a""#,
            r#"instr("u"."display_folded", ?1) > 0"#,
            r#""u"."display_folded" LIKE $1 ESCAPE '\'"#,
        ),
        (
            r#"displayName co """#,
            r#""u"."display_folded" IS NOT NULL"#,
            r#""u"."display_folded" IS NOT NULL"#,
        ),
        (
            r#"externalId sw "ab""#,
            r#"("u"."external_id" COLLATE BINARY >= ?1 AND "u"."external_id" COLLATE BINARY < ?2)"#,
            r#"("u"."external_id" COLLATE "C" >= $1 AND "u"."external_id" COLLATE "C" < $2)"#,
        ),
        (
            "urn:example:Desk:floor ge 7",
            r#""u"."floor" >= ?1"#,
            r#"CAST("u"."floor" AS numeric) >= CAST($1 AS numeric)"#,
        ),
        (
            r#"not (active eq true) and id gt "a""#,
            r#"(NOT coalesce("u"."active" = ?1, FALSE) AND "u"."id" COLLATE BINARY > ?2)"#,
            r#"(NOT coalesce("u"."active" = $1, FALSE) AND "u"."id" COLLATE "C" > $2)"#,
        ),
        (
            r#"emails.value eq "A@example.com""#,
            r#""u"."id" IN (SELECT "user_email"."user_id" FROM "user_email" WHERE lower("user_email"."value") COLLATE BINARY = ?1)"#,
            r#""u"."id" IN (SELECT "user_email"."user_id" FROM "user_email" WHERE lower("user_email"."value" COLLATE "C") = $1)"#,
        ),
        (
            r#"not (emails[type eq "work" and value sw "a"])"#,
            r#"NOT coalesce(("u"."id" IN (SELECT "user_email"."user_id" FROM "user_email" WHERE (lower("user_email"."type") COLLATE BINARY = ?1 AND (lower("user_email"."value") COLLATE BINARY >= ?2 AND lower("user_email"."value") COLLATE BINARY < ?3)))), FALSE)"#,
            r#"NOT coalesce(("u"."id" IN (SELECT "user_email"."user_id" FROM "user_email" WHERE (lower("user_email"."type" COLLATE "C") = $1 AND (lower("user_email"."value" COLLATE "C") COLLATE "C" >= $2 AND lower("user_email"."value" COLLATE "C") COLLATE "C" < $3)))), FALSE)"#,
        ),
        (
            r#"emails.type eq "work""#,
            r#"EXISTS (SELECT 1 FROM "user_email" WHERE "user_email"."user_id" = "u"."id" AND lower("user_email"."type") COLLATE BINARY = ?1)"#,
            r#"EXISTS (SELECT 1 FROM "user_email" WHERE "user_email"."user_id" = "u"."id" AND lower("user_email"."type" COLLATE "C") = $1)"#,
        ),
        (
            "emails[primary eq false]",
            r#"(EXISTS (SELECT 1 FROM "user_email" WHERE "user_email"."user_id" = "u"."id" AND ("user_email"."is_primary" IS NULL OR "user_email"."is_primary" = ?1)))"#,
            r#"(EXISTS (SELECT 1 FROM "user_email" WHERE "user_email"."user_id" = "u"."id" AND ("user_email"."is_primary" IS NULL OR "user_email"."is_primary" = $1)))"#,
        ),
    ] {
        assert_eq!(text(Dialect::Sqlite, filter), sqlite);
        assert_eq!(text(Dialect::Postgres, filter), postgres);
    }
}

#[test]
fn terms_about_values_of_one_attribute_look_at_them_once() {
    let of_user = r#"SELECT 1 FROM "user_email" WHERE "user_email"."user_id" = "u"."id" AND"#;
    let with = |address: &str| {
        format!(
            r#""u"."id" IN (SELECT "user_email"."user_id" FROM "user_email" WHERE lower("user_email"."value") COLLATE BINARY = {address})"#
        )
    };
    let contains = |number: usize| format!(r#"instr(lower("user_email"."value"), ?{number}) > 0"#);
    for (filter, expected) in [
        (
            r#"emails[value co "a"] or emails.value co "b" or emails[value co "c"]"#,
            format!(
                "((EXISTS ({of_user} ({} OR {} OR {}))))",
                contains(1),
                contains(2),
                contains(3)
            ),
        ),
        (
            r#"emails.value co "a" or active eq true or emails[value co "b" and primary eq true]"#,
            format!(
                r#"((EXISTS ({of_user} ({} OR ({} AND "user_email"."is_primary" = ?3)))) OR "u"."active" = ?4)"#,
                contains(1),
                contains(2)
            ),
        ),
        (
            r#"not (emails.value co "a" or emails.value co "b")"#,
            format!(
                "NOT coalesce(((EXISTS ({of_user} ({} OR {})))), FALSE)",
                contains(1),
                contains(2)
            ),
        ),
        // Both have to hold, perhaps of two values.
        (
            r#"emails.value co "a" and emails.value co "b""#,
            format!("(EXISTS ({of_user} {}) AND EXISTS ({of_user} {}))", contains(1), contains(2)),
        ),
        // An index finds either.
        (
            r#"emails.value eq "a" or emails.value eq "b""#,
            format!("({} OR {})", with("?1"), with("?2")),
        ),
        (
            r#"roles.value eq "a" or roles.primary eq true"#,
            String::from(
                r#"((EXISTS (SELECT 1 FROM json_each(u.roles) AS "element" WHERE (lower(("element"."value" ->> 'value')) COLLATE BINARY = ?1 OR ("element"."value" ->> 'primary') = ?2))))"#,
            ),
        ),
    ] {
        assert_eq!(text(Dialect::Sqlite, filter), expected, "{filter}");
    }
}

#[test]
fn values_are_bound_and_patterns_escaped() {
    let hostile = r"100%_\' OR 1=1; --";
    let filter = format!("displayName co {}", json!(hostile));
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let condition = condition(dialect, &filter);
        assert!(!condition.sql.render(dialect, 1).contains("100"));
        let expected = match dialect {
            Dialect::Sqlite => hostile.to_lowercase(),
            Dialect::Postgres => r"%100\%\_\\' or 1=1; --%".to_owned(),
        };
        assert_eq!(condition.sql.parameters().collect::<Vec<_>>(), [&Parameter::Text(expected)]);
    }
    assert_eq!(Dialect::quote(r#"a"b.c"#), r#""a""b"."c""#);
}

#[test]
fn an_attribute_without_a_column_is_an_error() {
    for filter in [
        "nickName pr",
        r#"active eq true and nickName eq "x""#,
        r#"active eq true or not (nickName pr)"#,
        r#"emails.display eq "x""#,
        r#"emails[display eq "x"]"#,
        r#"phoneNumbers[type eq "work"]"#,
        "name pr",
        "urn:example:Desk:since pr",
        r#"meta.location co "Users""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref eq "x""#,
    ] {
        let err = translate(&bound(filter), &mapping(Dialect::Sqlite)).expect_err(filter);
        assert!(!err.path().is_empty());
        let query = crate::query::Query {
            filter: Some(bound(filter)),
            sort: None,
            page: crate::query::Page::Index { start: 1, count: 1 },
            projection: crate::query::Projection::default(),
        };
        assert_eq!(pushdown(&query, &mapping(Dialect::Sqlite)), crate::store::Pushdown::None);
    }
}

#[test]
fn what_cannot_be_said_is_said_a_little_too_often() {
    for (filter, exact) in [
        (r#"title eq "Boss""#, false),
        (r#"not (title eq "Boss")"#, false),
        (r#"title pr"#, true),
        (r#"userName eq "ann""#, true),
        (r#"meta.location eq "https://example.com/scim/v2/Users/7""#, false),
        (r#"externalId eq "x""#, true),
    ] {
        assert_eq!(condition(Dialect::Sqlite, filter).exact, exact, "{filter}");
    }
    let above = text(Dialect::Sqlite, r#"title co "Boss""#);
    assert!(
        above.ends_with(r#" OR length(CAST("u"."title" AS BLOB)) <> length("u"."title"))"#),
        "{above}"
    );
    // Only `ß`, `ẞ` and `ſ` are folded into what this has.
    let above = condition(Dialect::Sqlite, r#"title eq "Boss""#).sql;
    let lower = r#"lower("u"."title") COLLATE BINARY"#;
    let place =
        |from, until| format!("(likelihood({lower} >= ?{from}, 0.0001) AND {lower} < ?{until})");
    assert_eq!(
        above.render(Dialect::Sqlite, 1),
        format!("({lower} = ?1 OR {} OR {})", place(2, 3), place(4, 5))
    );
    let bound = ["boss", "bo\u{80}", "bp", "bos\u{80}", "bot"].map(Parameter::from);
    assert_eq!(above.parameters().collect::<Vec<_>>(), bound.iter().collect::<Vec<_>>());
    let below = text(Dialect::Postgres, r#"not (title eq "Boss")"#);
    assert!(
        below.contains(r#" AND NOT (octet_length("u"."title") <> char_length("u"."title"))"#),
        "{below}"
    );
}

#[test]
fn the_url_of_a_resource_says_its_id() {
    let url = |url: &str| condition(Dialect::Sqlite, &format!(r#"meta.location eq "{url}""#)).sql;
    let id = url("https://example.com/scim/v2/Users/a%20b");
    assert_eq!(id.parameters().collect::<Vec<_>>(), [&Parameter::Text("a b".to_owned())]);
    for elsewhere in ["https://example.com/scim/v2/Things/7", "https://example.org/Users", "", "7"]
    {
        assert_eq!(url(elsewhere).render(Dialect::Sqlite, 1), "FALSE", "{elsewhere}");
    }
    // An id such as `v7` does not count in a URL, so that this one may name several.
    let all = bound(r#"meta.location eq "https://example.com/scim/v2/Users/v7""#);
    assert!(translate(&all, &mapping(Dialect::Sqlite)).is_err());
}

#[test]
fn instants_between_two_values_of_a_column_are_compared_with_neither() {
    let at = |op: &str, instant: &str| {
        text(Dialect::Sqlite, &format!(r#"meta.created {op} "{instant}""#))
    };
    for (op, sign) in [("eq", "="), ("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<=")] {
        assert_eq!(at(op, "2011-05-13T04:42:34Z"), format!(r#""u"."created" {sign} ?1"#));
    }
    for (op, condition) in [("gt", ">"), ("ge", ">"), ("lt", "<="), ("le", "<=")] {
        assert_eq!(
            at(op, "2011-05-13T04:42:34.5Z"),
            format!(r#""u"."created" {condition} ?1"#),
            "{op}"
        );
    }
    assert_eq!(at("eq", "2011-05-13T04:42:34.5Z"), "FALSE");
    assert_eq!(
        text(Dialect::Postgres, r#"meta.lastModified ge "2011-05-13T06:42:34+02:00""#),
        r#""u"."modified" >= CAST($1 AS timestamptz)"#
    );
}

#[test]
fn numbers_are_compared_exactly_or_not_at_all() {
    let of = |number: &str| {
        translate(&bound(&format!("urn:example:Desk:floor lt {number}")), &mapping(Dialect::Sqlite))
    };
    let parameter = |number: &str| {
        of(number).ok().and_then(|condition| condition.sql.parameters().next().cloned())
    };
    assert_eq!(parameter("9007199254740993"), Some(Parameter::Integer(9_007_199_254_740_993)));
    assert_eq!(parameter("7.5"), Some(Parameter::Real(7.5)));
    assert_eq!(parameter("1e22"), Some(Parameter::Real(1e22)));
    assert_eq!(parameter("0.1000000000000000055"), None);
    assert_eq!(parameter("1e-400"), None);
    assert_eq!(parameter("99999999999999999999"), None);
}

#[test]
fn keys_are_in_the_order_of_values() {
    let floor = bound("urn:example:Desk:floor eq 1");
    let mut attribute = None;
    floor.for_each_path(&mut |path| attribute = Some(path.leaf().clone()));
    let attribute = attribute.expect("a path");
    let numbers = [
        json!(-1e300),
        json!(i64::MIN),
        json!(-1000),
        json!(-99.5),
        json!(-99),
        json!(-1.52),
        json!(-1.5),
        json!(-1),
        json!(-0.1),
        json!(-1e-300),
        json!(0),
        json!(1e-300),
        json!(0.1),
        json!(0.11),
        json!(1),
        json!(1.5),
        json!(1.52),
        json!(9),
        json!(10),
        json!(99),
        json!(1000),
        json!(9_007_199_254_740_992_i64),
        json!(9_007_199_254_740_993_i64),
        json!(u64::MAX),
        json!(1e300),
    ];
    let keys: Vec<String> = numbers
        .iter()
        .map(|number| sort_key(&attribute, &number.into()).expect("a number"))
        .collect();
    assert!(keys.is_sorted_by(|one, other| one < other), "{keys:#?}");
    for same in [[json!(1), json!(1.0)], [json!(100), json!(1e2)], [json!(0), json!(-0.0)]] {
        let [one, other] = same.map(Into::into);
        assert_eq!(sort_key(&attribute, &one), sort_key(&attribute, &other));
    }
    let since =
        users().resolve(&"urn:example:Desk:since".parse().expect("a path")).expect("it is there");
    let instants = [
        "0000-01-01T00:00:00+14:00",
        "1969-12-31T23:59:59.5Z",
        "1970-01-01T00:00:00Z",
        "2016-12-31T23:59:59.999999999Z",
        "2017-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
    ];
    let keys: Vec<String> = instants
        .iter()
        .map(|instant| sort_key(since.leaf(), &(*instant).into()).expect("an instant"))
        .collect();
    assert!(keys.is_sorted_by(|one, other| one < other), "{keys:#?}");
}

#[test]
fn pages_begin_behind_a_position() {
    let sort =
        |by: &str, order: &str| Sort::bind(by, Some(order), &users()).expect("it can be sorted by");
    let at = |key: Option<SortKey>| Position { key, id: "7".to_owned() };
    let behind = |sort: &Sort, key: Option<SortKey>| {
        let sql = keyset_condition(Some(sort), &at(key), &mapping(Dialect::Sqlite))
            .expect("it is mapped");
        sql.map(|sql| sql.render(Dialect::Sqlite, 1))
    };
    let name = || Some(SortKey::Text("ann".to_owned()));
    let (id, email) = (r#""u"."id" COLLATE BINARY"#, r#"lower("u"."email") COLLATE BINARY"#);
    let up = sort("userName", "ascending");
    assert_eq!(
        behind(&up, name()),
        Some(format!("({email} >= ?1 AND ({email} > ?2 OR {id} > ?3))"))
    );
    assert_eq!(behind(&up, None), Some("FALSE".to_owned()), "nobody lacks a name");
    let down = sort("active", "descending");
    let active = r#""u"."active""#;
    assert_eq!(
        behind(&down, Some(SortKey::Boolean(true))),
        Some(format!("({active} <= ?1 AND ({active} < ?2 OR {id} > ?3))"))
    );
    assert_eq!(behind(&down, None), Some(format!("({active} IS NOT NULL OR {id} > ?1)")));
    let up = sort("active", "ascending");
    assert_eq!(behind(&up, None), Some(format!("({active} IS NULL AND {id} > ?1)")));
    // Keys of another type come from another resource type, and stand before or behind all of
    // these.
    assert_eq!(behind(&up, name()), Some(format!("(FALSE OR {active} IS NULL)")));
    let instant = SortKey::Instant(DateTime::<Utc>::UNIX_EPOCH);
    assert_eq!(
        behind(&sort("userName", "ascending"), Some(instant)),
        Some(format!("{email} IS NOT NULL"))
    );
    assert_eq!(
        order_by(Some(&down), &mapping(Dialect::Postgres))
            .expect("it is mapped")
            .render(Dialect::Postgres, 1),
        r#""u"."active" DESC NULLS FIRST, "u"."id" COLLATE "C""#
    );
    // Text as it is has another order than text without regard to case.
    assert!(order_by(Some(&sort("title", "ascending")), &mapping(Dialect::Sqlite)).is_err());
}

#[test]
fn a_page_can_be_found_by_its_ids_first() {
    let (filter, page) = (bound("active eq true"), Page::Index { start: 11, count: 10 });
    let sort = Sort::bind("userName", Some("descending"), &users()).expect("an order");
    let projection = Projection::default();
    let budget = EvalBudget::unlimited();
    let mut selection = StoreQuery {
        filter: Some(&filter),
        sort: Some(&sort),
        page: Some(&page),
        projection: &projection,
        budget: &budget,
        memory: usize::MAX,
    };
    let ids = || Sql::from_template("u WHERE u.account = {}", ["one".into()]);
    let said = |selection: &StoreQuery<'_>| {
        let clauses = clauses(selection, &mapping(Dialect::Postgres)).expect("it has columns");
        let sql = Sql::from_template("SELECT * FROM u WHERE u.account = {}", ["one".into()])
            .push_sql(clauses.ids_first("u.id", ids()));
        (sql.render(Dialect::Postgres, 1), sql.parameters().count())
    };
    let order = r#"ORDER BY lower("u"."email" COLLATE "C") COLLATE "C" DESC, "u"."id" COLLATE "C""#;
    let expected = format!(
        "SELECT * FROM u WHERE u.account = $1 AND \"u\".\"id\" IN (SELECT \"u\".\"id\" FROM u WHERE u.account = $2 \
         AND \"u\".\"active\" = $3 {order} LIMIT $4 OFFSET $5) {order}"
    );
    assert_eq!(said(&selection), (expected, 5));
    // Without a page there is nothing to put in order.
    selection.page = None;
    let (all, _) = said(&selection);
    assert!(all.ends_with("AND \"u\".\"active\" = $3)"), "{all}");
}

#[test]
fn an_integer_key_is_found_and_ordered_as_a_number() {
    let of = |dialect| ColumnMapping::new(dialect).column("id", Column::integer_key("u.id"));
    let text = |dialect, filter: &str| {
        let condition = translate(&bound(filter), &of(dialect)).expect("it is mapped");
        assert!(condition.exact, "{filter}");
        condition.sql.render(dialect, 1)
    };
    for (filter, sqlite) in [
        (r#"id eq "7""#, r#""u"."id" = ?1"#),
        (r#"id eq "-7""#, r#""u"."id" = ?1"#),
        (r#"id eq "07""#, "FALSE"),
        (r#"id eq "seven""#, "FALSE"),
        (r#"id eq "9223372036854775808""#, "FALSE"),
        (r#"not (id eq "x")"#, "NOT coalesce(FALSE, FALSE)"),
        ("id pr", r#""u"."id" IS NOT NULL"#),
        // RFC 7644, Section 3.4.2.2: text is compared as text.
        (r#"id gt "7""#, r#"CAST("u"."id" AS TEXT) COLLATE BINARY > ?1"#),
        (r#"id co "7""#, r#"instr(CAST("u"."id" AS TEXT), ?1) > 0"#),
    ] {
        assert_eq!(text(Dialect::Sqlite, filter), sqlite);
    }
    assert_eq!(text(Dialect::Postgres, r#"id eq "7""#), r#""u"."id" = $1"#);
    let order = |sort: Option<&Sort>| {
        order_by(sort, &of(Dialect::Postgres)).expect("it is mapped").render(Dialect::Postgres, 1)
    };
    assert_eq!(order(None), r#""u"."id""#);
    let by_id = Sort::bind("id", None, &users()).expect("it can be sorted by");
    assert_eq!(order(Some(&by_id)), r#"CAST("u"."id" AS TEXT) COLLATE "C" NULLS LAST, "u"."id""#);
    let behind = |id: &str| {
        let position = Position { key: None, id: id.to_owned() };
        keyset_condition(None, &position, &of(Dialect::Postgres))
            .expect("it is mapped")
            .expect("a condition")
    };
    assert_eq!(behind("7").render(Dialect::Postgres, 1), r#""u"."id" > $1"#);
    assert_eq!(behind("7").parameters().collect::<Vec<_>>(), [&Parameter::Integer(7)]);
    assert_eq!(
        behind("a\u{0}").render(Dialect::Postgres, 1),
        "TRUE",
        "what is no number comes before all that are"
    );
    assert_eq!(
        [id_order(&of(Dialect::Sqlite)), id_order(&mapping(Dialect::Sqlite))],
        [IdOrder::Numbers, IdOrder::Text]
    );
}

#[test]
fn a_mapping_fits_its_resource_type() {
    let ids = || ColumnMapping::new(Dialect::Sqlite).column("id", Column::text("u.id"));
    let emails = |sub: &str, column: Column| {
        ids().elements("emails", ElementTable::table("e", "u", "u.id").column(sub, column))
    };
    let text = || Column::text("u.x");
    for (mapping, said) in [
        (
            ColumnMapping::new(Dialect::Sqlite),
            "`id` has no column: add one, because it is the last sort key of every page",
        ),
        (
            ids().column("usernme", text()),
            "`usernme` is not an attribute of `User`; prefix attributes of extensions with their URN",
        ),
        (
            ids().column("department", text()),
            "`department` is not an attribute of `User`; prefix attributes of extensions with their URN",
        ),
        (
            ids().column("user name", text()),
            "`user name` is not an attribute of `User`; prefix attributes of extensions with their URN",
        ),
        (
            ids().column("USERNAME", text()).column("userName", text()),
            "`userName` is mapped twice: remove one mapping",
        ),
        (ids().column("name", text()), "`name` is complex: map its sub-attributes"),
        (ids().column("emails", text()), "`emails` is multi-valued: map it with `elements`"),
        (
            ids().column("emails.value", text()),
            "`emails.value` is multi-valued: map it with `elements`",
        ),
        (
            ids().elements("title", ElementTable::json(Dialect::Sqlite, "x")),
            "`title` is single-valued: map it with `column`",
        ),
        (
            ids().elements("emails.value", ElementTable::json(Dialect::Sqlite, "x")),
            "`emails.value` is a sub-attribute: map its attribute with `elements`, and give those a column",
        ),
        (
            emails("address", text()),
            "`emails.address` is not an attribute of `User`; prefix attributes of extensions with their URN",
        ),
        (
            emails("Value", text()).elements("EMAILS", ElementTable::json(Dialect::Sqlite, "x")),
            "`emails` is mapped twice: remove one mapping",
        ),
        (
            emails("primary", text()),
            "`emails.primary` is of type boolean, which `ColumnFormat::Text` cannot represent",
        ),
        (
            ids().column("userName", Column::boolean("u.x")),
            "`userName` is of type string, which `ColumnFormat::Boolean` cannot represent",
        ),
        (
            ids().column("externalId", Column::folded("u.x")),
            "`externalId` is of type string and case-exact, which `ColumnFormat::Folded` cannot represent",
        ),
        (
            ids().column("meta.created", Column::number("u.x")),
            "`meta.created` is of type dateTime, which `ColumnFormat::Number` cannot represent",
        ),
        (
            ids().column("userName", text().with_prepared("u.y")),
            "`userName`: `with_prepared` requires a unique, case-insensitive string in a column of `ColumnFormat::Folded` or `ColumnFormat::Key`",
        ),
        (
            ids().column("title", Column::folded("u.x").with_prepared("u.y")),
            "`title`: `with_prepared` requires a unique, case-insensitive string in a column of `ColumnFormat::Folded` or `ColumnFormat::Key`",
        ),
    ] {
        let err = mapping.check(&users()).expect_err(said);
        assert_eq!(err.to_string(), said);
    }
    let skills = json!({ "id": "urn:example:Skills", "attributes": [
        { "name": "languages", "type": "string", "multiValued": true },
        { "name": "badge", "type": "complex", "subAttributes": [{ "name": "doors", "type": "string", "multiValued": true }] },
    ]});
    let skilled = users().with_extension(Schema::try_from(skills).expect("a schema"));
    let languages = |sub| {
        ids().elements(
            "urn:example:Skills:languages",
            ElementTable::table("l", "u", "u.id").column(sub, text()),
        )
    };
    languages("value").check(&skilled).expect("the value of a simple attribute");
    assert!(matches!(languages("word").check(&skilled), Err(MappingError::Unknown { .. })));
    let doors = ids()
        .column("urn:example:Skills:badge.doors", text())
        .check(&skilled)
        .expect_err("there are several");
    assert_eq!(
        doors.to_string(),
        "`urn:example:Skills:badge.doors` is a multi-valued sub-attribute and cannot be mapped: remove it"
    );
}

#[test]
fn a_checked_mapping_finds_names_in_any_case() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let checked = mapping(dialect).check(&users()).expect("it fits");
        for filter in [
            r#"userName eq "ann""#,
            r#"emails[type eq "work" and value co "@"]"#,
            "urn:example:Desk:floor eq 7",
        ] {
            let of = |mapping: &ColumnMapping| {
                translate(&bound(filter), mapping).map(|condition| condition.sql.render(dialect, 1))
            };
            assert_eq!(of(&checked), of(&mapping(dialect)), "{filter}");
        }
    }
    let shouting = ColumnMapping::new(Dialect::Sqlite)
        .column("ID", Column::text("u.id"))
        .column("urn:ietf:params:scim:schemas:core:2.0:User:USERNAME", Column::ascii("u.email"))
        .elements(
            "Emails",
            ElementTable::table("user_email", "user_id", "u.id")
                .column("VALUE", Column::ascii("user_email.value")),
        );
    let filter = bound(r#"userName eq "ann" and emails.value eq "a@example.com""#);
    assert!(translate(&filter, &shouting).is_err(), "nobody has looked at the names");
    assert!(
        translate(&filter, &shouting.check(&users()).expect("it fits"))
            .is_ok_and(|condition| condition.exact)
    );
}

/// What a form of `userName`, `title` and `externalId` gives, as the table at [`ColumnFormat`]
/// says.
#[test]
fn the_table_of_forms_is_true() {
    let forms = [
        ("`Text`", ColumnFormat::Text, false),
        ("`Ascii`", ColumnFormat::Ascii, false),
        ("`Folded`", ColumnFormat::Folded, false),
        ("`Folded`, prepared", ColumnFormat::Folded, true),
        ("`Key`", ColumnFormat::Key, false),
        ("`Key`, prepared", ColumnFormat::Key, true),
    ];
    let queries = [
        ("userName", Some(r#"userName eq "ann""#), None),
        ("userName", Some(r#"userName sw "ann""#), None),
        ("userName", Some("userName pr"), None),
        ("userName", None, Some("userName")),
        ("title", Some(r#"title eq "boss""#), None),
        ("title", None, Some("title")),
        ("externalId", Some(r#"externalId eq "7""#), None),
        ("externalId", None, Some("externalId")),
    ];
    let mut rows = Vec::new();
    for (name, form, is_prepared) in forms {
        let mut row = format!("/// | {name} |");
        for (attribute, filter, sort) in queries {
            let column = Column::new("u.x", form);
            let is_prepared = is_prepared && attribute == "userName";
            let column = if is_prepared { column.with_prepared("u.prepared") } else { column };
            let mapping = ColumnMapping::new(Dialect::Sqlite)
                .column("id", Column::text("u.id"))
                .column(attribute, column);
            let sort = sort.map(|by| Sort::bind(by, None, &users()).expect("it can be sorted by"));
            let query = crate::query::Query {
                filter: filter.map(bound),
                sort,
                page: crate::query::Page::Index { start: 1, count: 10 },
                projection: crate::query::Projection::default(),
            };
            let fits = mapping.clone().check(&users()).is_ok();
            let given = pushdown(&query, &mapping);
            row += &if fits { format!(" {given:?} |") } else { " no |".to_owned() };
        }
        rows.push(row);
    }
    assert!(include_str!("column.rs").contains(&rows.join("\n")), "{}", rows.join("\n"));
}
