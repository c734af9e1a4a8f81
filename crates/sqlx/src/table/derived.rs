//! Descriptions of structs that are derived as resources.

use super::column::{Format, Null, SqlColumn};
use super::description::SqlTable;
use super::elements::Element;
use super::key::Key;
use scimwire::resource::Resource;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::sql::TimestampFormat;
use scimwire::typed::{Field, FieldKind, ScimResource};

impl SqlTable {
    /// Describes the table of a struct that [`ScimResource`] is derived for: its key, and a column
    /// for each field. Set the tenant, and add what the struct does not have.
    ///
    /// ```
    /// use scimwire::ScimResource;
    /// use scimwire_sqlx::table::{SqlColumn, SqlTable};
    ///
    /// #[derive(Clone, ScimResource)]
    /// #[scim(user)]
    /// struct Account {
    ///     #[scim(id)]
    ///     id: i64,
    ///     #[scim("userName", unique)]
    ///     login: String,
    ///     #[scim("emails", type = "work", primary)]
    ///     email: String,
    ///     #[scim("name.givenName")]
    ///     first_name: Option<String>,
    ///     #[scim("active")]
    ///     is_enabled: bool,
    /// }
    ///
    /// let accounts = SqlTable::derived::<Account>("accounts").tenant(SqlColumn::integer("org_id"));
    /// # drop(accounts);
    /// ```
    ///
    /// A field that is not an `Option` is a `NOT NULL` column. Times are those that sqlx writes for
    /// `chrono::DateTime<Utc>`. A list of ids, such as `members`, has no column: describe its table
    /// with [`members`](Self::members). A field of a type of your own has none either; map it with
    /// [`column`](Self::column).
    pub fn derived<T: ScimResource>(table: &str) -> Self {
        let derived = T::resource_type();
        // The tables may have what the struct does not, such as groups.
        let whole = match derived.name() {
            "User" => ResourceType::user().with_extension(ENTERPRISE_USER),
            "Group" => ResourceType::group(),
            _ => derived.clone(),
        };
        let described = Self::new(whole, table);
        let mut defaults = Resource::default();
        derived.conform(&mut defaults);
        T::FIELDS.iter().fold(described, |described, field| described.field(field, &defaults))
    }

    fn field(mut self, field: &Field, defaults: &Resource) -> Self {
        if field.id {
            return self.key(key_of(field));
        }
        let Some(mut column) = column_of(field) else {
            return self;
        };
        let path = field.path;
        let resolved = path.parse().ok().and_then(|path| self.resource_type.resolve(&path));
        if let Some(default) = resolved.as_ref().and_then(|path| defaults.value(path)) {
            column.null = Null::Default(default.clone());
        }
        if field.unique && resolved.as_ref().is_some_and(|path| !path.leaf().is_unique()) {
            self.resource_type = self.resource_type.with_unique(path);
        }
        let is_version = path == "meta.version";
        match resolved {
            Some(_) if is_version => self.version(field.column),
            Some(resolved)
                if field.kind == FieldKind::Json || !resolved.attribute().is_multi_valued() =>
            {
                if resolved.leaf().is_resource_reference() && resolved.sub_attribute().is_none() {
                    return self.reference(path, field.column);
                }
                self.column(path, column)
            }
            Some(_) => {
                let element = match field.element_type {
                    Some(kind) => Element::new(kind, column),
                    None => Element::untyped(column),
                };
                self.element(path, if field.primary { element.primary() } else { element })
            }
            // Opening the tables reports it.
            None => self.column(path, column),
        }
    }
}

fn key_of(field: &Field) -> Key {
    match field.kind {
        FieldKind::Integer => Key::integer(field.column),
        FieldKind::Uuid => Key::uuid(field.column),
        _ => Key::text(field.column),
    }
}

/// The column of a field; `None` if its values are in no column of the row.
fn column_of(field: &Field) -> Option<SqlColumn> {
    let name = field.column;
    let column = match field.kind {
        FieldKind::Text => SqlColumn::text(name),
        FieldKind::Integer => SqlColumn::integer(name),
        FieldKind::Decimal => SqlColumn::decimal(name),
        FieldKind::Boolean => SqlColumn::boolean(name),
        FieldKind::Instant => SqlColumn {
            format: Format::OfDriver,
            ..SqlColumn::instant(name, TimestampFormat::Timestamptz)
        },
        FieldKind::Uuid => SqlColumn::uuid(name),
        FieldKind::Json => SqlColumn::json(name),
        _ => return None,
    };
    // Times are set by the store, and those of old rows may be missing.
    let null = if field.required { Null::Refused } else { Null::Allowed };
    Some(SqlColumn { null, ..column })
}
