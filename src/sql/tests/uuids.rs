use super::*;

const ID: &str = "0191d5b4-7a3c-7000-8000-00000000000a";

fn mapping(dialect: Dialect) -> ColumnMapping {
    let mapping = ColumnMapping::new(dialect).column("id", Column::uuid("u.id"));
    mapping.check(&users()).expect("it fits")
}

#[test]
fn a_uuid_is_compared_in_its_own_type() {
    let upper = ID.to_ascii_uppercase();
    for (filter, sqlite, postgres) in [
        (
            format!(r#"id eq "{ID}""#),
            r#""u"."id" COLLATE BINARY = ?1"#,
            r#""u"."id" = CAST($1 AS uuid)"#,
        ),
        (format!(r#"id eq "{upper}""#), "FALSE", "FALSE"),
        (format!(r#"id eq "{}""#, &ID[1..]), "FALSE", "FALSE"),
        (format!(r#"id eq "{}""#, ID.replace('-', "0")), "FALSE", "FALSE"),
        (
            r#"id gt "x""#.to_owned(),
            r#""u"."id" COLLATE BINARY > ?1"#,
            r#"CAST("u"."id" AS TEXT) COLLATE "C" > $1"#,
        ),
        (
            r#"id co "7a""#.to_owned(),
            r#"instr("u"."id", ?1) > 0"#,
            r#"CAST("u"."id" AS TEXT) LIKE $1 ESCAPE '\'"#,
        ),
        ("id pr".to_owned(), r#""u"."id" IS NOT NULL"#, r#""u"."id" IS NOT NULL"#),
    ] {
        for (dialect, expected) in [(Dialect::Sqlite, sqlite), (Dialect::Postgres, postgres)] {
            let condition = translate(&bound(&filter), &mapping(dialect)).expect("it is mapped");
            assert!(condition.exact, "{filter}");
            assert_eq!(condition.sql.render(dialect, 1), expected, "{filter}");
        }
    }
}

#[test]
fn pages_are_in_the_order_of_the_column() {
    let behind = |id: &str| {
        let position = Position { key: None, id: id.to_owned() };
        let behind = keyset_condition(None, &position, &mapping(Dialect::Postgres));
        behind.expect("it is mapped").expect("a condition").render(Dialect::Postgres, 1)
    };
    assert_eq!(behind(ID), r#""u"."id" > CAST($1 AS uuid)"#);
    assert_eq!(behind("x\u{0}"), r#"CAST("u"."id" AS TEXT) COLLATE "C" > $1"#);
    let order = order_by(None, &mapping(Dialect::Postgres)).expect("there is an id");
    assert_eq!(order.render(Dialect::Postgres, 1), r#""u"."id""#);
    assert_eq!(id_order(&mapping(Dialect::Postgres)), IdOrder::Text);
}
