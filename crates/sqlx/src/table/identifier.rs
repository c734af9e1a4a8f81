//! Names of tables and columns in statements for people, quoted only where they have to be.

use scimwire::sql::Dialect;

/// The words that SQLite or PostgreSQL reserves.
const RESERVED: &str = " add all alter analyse analyze and any array as asc asymmetric authorization between binary both case cast \
    check collate collation column commit concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable delete desc distinct do drop else end escape \
    except exists false fetch for foreign freeze from full grant group having if ilike in index initially inner insert intersect \
    into is isnull join lateral leading left like limit localtime localtimestamp natural not nothing notnull null offset on only \
    or order outer overlaps placing primary references returning right select session_user set similar some symmetric \
    system_user table tablesample then to trailing transaction true union unique update user using values variadic verbose when \
    where window with ";

/// A name, or the name of a schema and that of a table, as SQL.
pub(super) fn identifier(name: &str) -> String {
    let parts: Vec<String> = name.split('.').map(part).collect();
    parts.join(".")
}

fn part(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
    if is_plain && !RESERVED.contains(&format!(" {name} ")) {
        return name.to_owned();
    }
    Dialect::quote(name)
}

/// The name of an index, trigger or function for a table.
pub(super) fn derived_name(table: &str, suffix: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    format!("{table}_{suffix}").chars().map(plain).collect()
}

/// Returns `true` if an expression names a column; both are in lower case.
pub(super) fn names(expression: &str, column: &str) -> bool {
    let quoted = column.replace('"', "\"\"");
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    expression.match_indices(&quoted).any(|(start, found)| {
        let (before, after) = (expression.get(..start), expression.get(start + found.len()..));
        !before.is_some_and(|text| text.ends_with(is_part))
            && !after.is_some_and(|text| text.starts_with(is_part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        for (name, expected) in [
            ("login", "login"),
            ("app.accounts", "app.accounts"),
            ("user", "\"user\""),
            ("app.Group", "app.\"Group\""),
            ("e-mail", "\"e-mail\""),
            ("2fa", "\"2fa\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ] {
            assert_eq!(identifier(name), expected);
        }
        assert_eq!(derived_name("app.my table", "e-mail"), "app_my_table_e_mail");
    }

    #[test]
    fn an_expression_names_a_column_as_a_whole() {
        for (expression, column, expected) in [
            ("lower(login)", "login", true),
            ("lower(login_2)", "login", false),
            ("lower(\"e-mail\" collate \"c\")", "e-mail", true),
            ("\"say \"\"hi\"\"\"", "say \"hi\"", true),
            ("my_login = 1", "login", false),
        ] {
            assert_eq!(names(expression, column), expected, "{expression} {column}");
        }
    }
}
