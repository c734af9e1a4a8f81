//! The names and types of the built-in schemas. A test compares them with the documents of
//! `scimwire`.

/// The URI of the enterprise extension.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// `string` or `reference`.
    Text,
    Boolean,
    DateTime,
    Binary,
    /// `meta.version`, which is a string that this crate makes.
    Version,
    Complex,
}

/// An attribute, or a sub-attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) attribute_type: Type,
    pub(crate) multi_valued: bool,
    pub(crate) read_only: bool,
    pub(crate) subs: &'static [Self],
}

impl Attribute {
    const fn new(name: &'static str, attribute_type: Type) -> Self {
        Self { name, attribute_type, multi_valued: false, read_only: false, subs: &[] }
    }

    const fn complex(name: &'static str, subs: &'static [Self]) -> Self {
        Self { subs, ..Self::new(name, Type::Complex) }
    }

    const fn list(name: &'static str, subs: &'static [Self]) -> Self {
        Self { multi_valued: true, ..Self::complex(name, subs) }
    }

    const fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }

    pub(crate) fn sub(&self, name: &str) -> Option<&'static Self> {
        self.subs.iter().find(|sub| sub.name == name)
    }

    /// Names another resource by its id.
    pub(crate) fn is_reference(&self) -> bool {
        self.sub("$ref").is_some()
    }
}

/// A schema: a base schema, an extension, or the common attributes.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) uri: &'static str,
    pub(crate) name: &'static str,
    pub(crate) attributes: &'static [Attribute],
}

const fn text(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Text)
}

const fn boolean(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Boolean)
}

/// The sub-attributes of RFC 7643, Section 2.4.
const VALUES: &[Attribute] = &[text("value"), text("display"), text("type"), boolean("primary")];

pub(crate) static USER: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    attributes: &[
        text("userName"),
        Attribute::complex(
            "name",
            &[
                text("formatted"),
                text("familyName"),
                text("givenName"),
                text("middleName"),
                text("honorificPrefix"),
                text("honorificSuffix"),
            ],
        ),
        text("displayName"),
        text("nickName"),
        text("profileUrl"),
        text("title"),
        text("userType"),
        text("preferredLanguage"),
        text("locale"),
        text("timezone"),
        boolean("active"),
        text("password"),
        Attribute::list("emails", VALUES),
        Attribute::list("phoneNumbers", VALUES),
        Attribute::list("ims", VALUES),
        Attribute::list("photos", VALUES),
        Attribute::list(
            "addresses",
            &[
                text("formatted"),
                text("streetAddress"),
                text("locality"),
                text("region"),
                text("postalCode"),
                text("country"),
                text("type"),
                boolean("primary"),
            ],
        ),
        Attribute::list(
            "groups",
            &[
                text("value").read_only(),
                text("$ref").read_only(),
                text("display").read_only(),
                text("type").read_only(),
            ],
        )
        .read_only(),
        Attribute::list("entitlements", VALUES),
        Attribute::list("roles", VALUES),
        Attribute::list(
            "x509Certificates",
            &[
                Attribute::new("value", Type::Binary),
                text("display"),
                text("type"),
                boolean("primary"),
            ],
        ),
    ],
};

pub(crate) static ENTERPRISE_USER: Schema = Schema {
    uri: ENTERPRISE,
    name: "EnterpriseUser",
    attributes: &[
        text("employeeNumber"),
        text("costCenter"),
        text("organization"),
        text("division"),
        text("department"),
        Attribute::complex(
            "manager",
            &[text("value"), text("$ref"), text("displayName").read_only()],
        ),
    ],
};

pub(crate) static GROUP: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    attributes: &[
        text("displayName"),
        Attribute::list("members", &[text("value"), text("$ref"), text("display"), text("type")]),
    ],
};

/// Those of RFC 7643, Section 3.1.
pub(crate) static COMMON: Schema = Schema {
    uri: "",
    name: "Common",
    attributes: &[
        Attribute { multi_valued: true, ..text("schemas") },
        text("id").read_only(),
        text("externalId"),
        Attribute::complex(
            "meta",
            &[
                text("resourceType").read_only(),
                Attribute::new("created", Type::DateTime).read_only(),
                Attribute::new("lastModified", Type::DateTime).read_only(),
                text("location").read_only(),
                Attribute::new("version", Type::Version).read_only(),
            ],
        )
        .read_only(),
    ],
};

#[cfg(test)]
mod tests {
    use scimwire::schema::{self, AttributeType, BuiltinSchema, Mutability};

    use super::*;

    #[test]
    fn the_names_and_types_are_those_of_the_documents() {
        for (ours, document) in [
            (&USER, BuiltinSchema::User.schema()),
            (&GROUP, BuiltinSchema::Group.schema()),
            (&ENTERPRISE_USER, BuiltinSchema::EnterpriseUser.schema()),
            (&COMMON, schema::Schema::common().clone()),
        ] {
            assert_eq!(ours.name, document.name());
            assert!(ours.uri.is_empty() || ours.uri == document.uri().as_str(), "{}", ours.uri);
            assert_eq!(
                ours.attributes.iter().map(described).collect::<Vec<_>>(),
                document.attributes().iter().map(|it| documented(it)).collect::<Vec<_>>(),
            );
        }
    }

    fn described(attribute: &Attribute) -> String {
        let attribute_type = match attribute.attribute_type {
            Type::Version => Type::Text,
            known => known,
        };
        let subs: Vec<String> = attribute.subs.iter().map(described).collect();
        shown(attribute.name, attribute_type, attribute.multi_valued, attribute.read_only, &subs)
    }

    fn documented(attribute: &schema::Attribute) -> String {
        let attribute_type = match attribute.attribute_type() {
            AttributeType::String | AttributeType::Reference => Type::Text,
            AttributeType::Boolean => Type::Boolean,
            AttributeType::DateTime => Type::DateTime,
            AttributeType::Binary => Type::Binary,
            AttributeType::Complex => Type::Complex,
            other => panic!("a type that the table does not have: {other:?}"),
        };
        let subs: Vec<String> =
            attribute.sub_attributes().iter().map(|sub| documented(sub)).collect();
        let read_only = attribute.mutability() == Mutability::ReadOnly;
        shown(attribute.name(), attribute_type, attribute.is_multi_valued(), read_only, &subs)
    }

    fn shown(name: &str, is: Type, multi_valued: bool, read_only: bool, subs: &[String]) -> String {
        format!("{name}: {is:?}, {multi_valued}, {read_only}, {subs:?}")
    }
}
