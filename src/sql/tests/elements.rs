use super::*;
use crate::store::Pushdown;

/// Users with one address and two phones, in columns of their row.
fn mapping(dialect: Dialect) -> ColumnMapping {
    let phone = |column: &str, kind: &str| {
        ElementTable::of_row(format!("{} <> ''", Dialect::quote(column)))
            .column("value", Column::ascii(column))
            .column("type", Column::constant(kind))
    };
    let email = ElementTable::of_row("u.email <> ''")
        .column("value", Column::ascii("u.email").not_null())
        .column("type", Column::constant("work"));
    let phones = [phone("u.work", "work"), phone("u.mobile", "mobile")];
    ColumnMapping::new(dialect)
        .column("id", Column::text("u.id"))
        .elements("emails", email)
        .elements("phoneNumbers", ElementTable::any_of(phones))
        .elements("roles", ElementTable::any_of([]).column("value", Column::text("u.role")))
}

fn said(filter: &str) -> String {
    let translated = translate(&bound(filter), &mapping(Dialect::Sqlite));
    translated.expect("it is mapped").sql.render(Dialect::Sqlite, 1)
}

#[test]
fn a_condition_on_columns_of_the_row_reads_no_other_rows() {
    let email = r#"lower("u"."email") COLLATE BINARY"#;
    let work = r#"lower("u"."work") COLLATE BINARY"#;
    let mobile = r#"lower("u"."mobile") COLLATE BINARY"#;
    for (filter, expected) in [
        (r#"emails.value eq "A""#, format!("(u.email <> '' AND {email} = ?1)")),
        (
            r#"not (emails[value eq "A" and type eq "work"])"#,
            format!(
                "NOT coalesce(((u.email <> '' AND ({email} = ?1 AND lower('work') COLLATE BINARY = ?2))), FALSE)"
            ),
        ),
        // Each is left alone, so that an index serves it.
        (
            r#"emails.value eq "a" or emails.value eq "b""#,
            format!("((u.email <> '' AND {email} = ?1) OR (u.email <> '' AND {email} = ?2))"),
        ),
        (
            r#"phoneNumbers.value eq "1""#,
            format!(
                r#"(("u"."work" <> '' AND {work} = ?1) OR ("u"."mobile" <> '' AND {mobile} = ?2))"#
            ),
        ),
        (r#"roles.value eq "x""#, "FALSE".to_owned()),
    ] {
        assert_eq!(said(filter), expected, "{filter}");
    }
}

#[test]
fn a_sub_attribute_without_a_column_in_one_part_has_none() {
    for filter in [r#"phoneNumbers.display eq "x""#, "emails[primary eq false]"] {
        assert!(translate(&bound(filter), &mapping(Dialect::Sqlite)).is_err(), "{filter}");
    }
    let with = |primary: Column| {
        let phones = ElementTable::any_of([
            ElementTable::any_of([ElementTable::of_row("u.work <> ''")]),
            ElementTable::json(Dialect::Sqlite, "u.phones"),
        ]);
        mapping(Dialect::Sqlite).elements("phoneNumbers", phones.column("primary", primary))
    };
    let never = with(Column::null(ColumnFormat::Boolean));
    let condition = translate(&bound("phoneNumbers.primary eq false"), &never);
    let json = r#"EXISTS (SELECT 1 FROM json_each(u.phones) AS "element" WHERE (CAST(NULL AS boolean) IS NULL OR CAST(NULL AS boolean) = ?2))"#;
    assert_eq!(
        condition.expect("it is mapped").sql.render(Dialect::Sqlite, 1),
        format!(
            "((u.work <> '' AND (CAST(NULL AS boolean) IS NULL OR CAST(NULL AS boolean) = ?1)) OR {json})"
        )
    );
    let err = with(Column::text("u.x")).check(&users()).expect_err("it is of another type");
    assert!(err.to_string().starts_with("`phoneNumbers.primary` is of type boolean"), "{err}");
}

#[test]
fn an_order_by_what_cannot_be_chosen_is_left_to_the_crate() {
    let mixed = ElementTable::any_of([
        ElementTable::of_row("u.work <> ''").column("value", Column::ascii("u.work")),
        ElementTable::of_row("u.mobile <> ''").column("value", Column::key("u.mobile_key")),
    ]);
    let rows = ElementTable::any_of([
        ElementTable::table("p", "user_id", "u.id").column("value", Column::ascii("p.value")),
        ElementTable::of_row("u.mobile <> ''").column("value", Column::ascii("u.mobile")),
    ]);
    let own = mapping(Dialect::Sqlite);
    for (mapping, by, expected) in [
        (own.clone(), "emails", Pushdown::Full),
        (own.clone(), "phoneNumbers.type", Pushdown::Full),
        (own.clone(), "roles", Pushdown::Filter),
        (own.clone().elements("phoneNumbers", mixed), "phoneNumbers", Pushdown::Filter),
        (own.elements("phoneNumbers", rows), "phoneNumbers", Pushdown::Filter),
    ] {
        let query = crate::query::Query::new(Page::Index { start: 1, count: 1 })
            .with_sort(Sort::bind(by, None, &users()).expect("an order"));
        assert_eq!(pushdown(&query, &mapping), expected, "{by}");
    }
    let sort = Sort::bind("emails.value", None, &users()).expect("an order");
    let order = order_by(Some(&sort), &mapping(Dialect::Sqlite)).expect("it is mapped");
    let chosen = r#"CASE WHEN u.email <> '' THEN lower("u"."email") COLLATE BINARY END COLLATE BINARY NULLS LAST"#;
    assert_eq!(
        order.render(Dialect::Sqlite, 1),
        format!(r#"{chosen}, "u"."id" COLLATE BINARY"#),
        "a user may have no address, though the column is `NOT NULL`"
    );
}
