//! The schemas of RFC 7643, as the text and the errata have them.

use std::sync::{Arc, LazyLock};

use super::schema::Schema;

/// A schema that comes with the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuiltinSchema {
    /// Users (RFC 7643, Section 4.1).
    User,
    /// Groups (RFC 7643, Section 4.2).
    Group,
    /// The enterprise extension of users (RFC 7643, Section 4.3).
    EnterpriseUser,
    /// The service provider configuration (RFC 7643, Section 5; RFC 9865, Section 4).
    ServiceProviderConfig,
    /// Resource types (RFC 7643, Section 6).
    ResourceType,
    /// Schemas (RFC 7643, Section 7).
    Schema,
}

/// The enterprise extension of users (RFC 7643, Section 4.3), for
/// [`ResourceType::with_extension`](super::ResourceType::with_extension).
pub const ENTERPRISE_USER: BuiltinSchema = BuiltinSchema::EnterpriseUser;

/// The URI of the schema of users (RFC 7643, Section 4.1).
pub const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The URI of the schema of groups (RFC 7643, Section 4.2).
pub const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The URI of the enterprise extension of users (RFC 7643, Section 4.3).
pub const ENTERPRISE_USER_SCHEMA: &str =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The URI of the schema of the service provider configuration (RFC 7643, Section 5).
pub const SERVICE_PROVIDER_CONFIG_SCHEMA: &str =
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// The URI of the schema of resource types (RFC 7643, Section 6).
pub const RESOURCE_TYPE_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

/// The URI of the schema of schemas (RFC 7643, Section 7).
pub const SCHEMA_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

macro_rules! embedded {
    ($name:ident, $file:literal) => {
        static $name: LazyLock<Arc<Schema>> =
            LazyLock::new(|| embedded(include_str!(concat!("builtin/", $file))));
    };
}

embedded!(USER, "user.json");
embedded!(GROUP, "group.json");
embedded!(ENTERPRISE, "enterprise_user.json");
embedded!(CONFIG, "service_provider_config.json");
embedded!(RESOURCE_TYPE, "resource_type.json");
embedded!(SCHEMA, "schema.json");
embedded!(COMMON, "common.json");

impl BuiltinSchema {
    /// All built-in schemas.
    pub const ALL: [Self; 6] = [
        Self::User,
        Self::Group,
        Self::EnterpriseUser,
        Self::ServiceProviderConfig,
        Self::ResourceType,
        Self::Schema,
    ];

    /// Returns the URI of the schema.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::User => USER_SCHEMA,
            Self::Group => GROUP_SCHEMA,
            Self::EnterpriseUser => ENTERPRISE_USER_SCHEMA,
            Self::ServiceProviderConfig => SERVICE_PROVIDER_CONFIG_SCHEMA,
            Self::ResourceType => RESOURCE_TYPE_SCHEMA,
            Self::Schema => SCHEMA_SCHEMA,
        }
    }

    /// The definition; read once in a process.
    #[must_use]
    pub fn schema(self) -> Arc<Schema> {
        Arc::clone(match self {
            Self::User => &USER,
            Self::Group => &GROUP,
            Self::EnterpriseUser => &ENTERPRISE,
            Self::ServiceProviderConfig => &CONFIG,
            Self::ResourceType => &RESOURCE_TYPE,
            Self::Schema => &SCHEMA,
        })
    }
}

impl Schema {
    /// The schema of users (RFC 7643, Section 4.1).
    #[must_use]
    pub fn user() -> Arc<Self> {
        BuiltinSchema::User.schema()
    }

    /// The schema of groups (RFC 7643, Section 4.2).
    #[must_use]
    pub fn group() -> Arc<Self> {
        BuiltinSchema::Group.schema()
    }

    /// The attributes that every resource has: `schemas`, `id`, `externalId`, `meta` (RFC 7643,
    /// Section 3.1).
    ///
    /// It is no schema of its own, and `/Schemas` does not list it.
    #[must_use]
    pub fn common() -> &'static Arc<Self> {
        &COMMON
    }
}

#[expect(
    clippy::expect_used,
    reason = "the documents are part of the crate, and a test reads each"
)]
fn embedded(document: &str) -> Arc<Schema> {
    let document: serde_json::Value =
        serde_json::from_str(document).expect("an embedded schema is JSON");
    Arc::new(Schema::try_from(document).expect("an embedded schema is sound"))
}
