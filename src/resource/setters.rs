//! Constructors and setters of the typed resources.

use super::typed::{
    Address, Email, EnterpriseUser, Entitlement, Group, InstantMessage, Manager, Member,
    MultiValued, Name, PhoneNumber, Photo, Role, User, X509Certificate,
};

/// Setters, each named after its attribute: of one value, of a text that may be absent, or of a
/// list.
macro_rules! setters {
    ($($type:ident { $($kind:tt $setter:ident: $field:ident $attribute:literal $(($of:ty))?;)* })*) => {
        $(impl $type {
            $(setters!(@$kind $setter, $field, $attribute $(, $of)?);)*
        })*
    };
    (@text $setter:ident, $field:ident, $attribute:literal) => {
        #[doc = concat!("Sets `", $attribute, "`.")]
        #[must_use]
        pub fn $setter(self, $field: impl Into<String>) -> Self {
            Self { $field: Some($field.into()), ..self }
        }
    };
    (@value $setter:ident, $field:ident, $attribute:literal, $of:ty) => {
        #[doc = concat!("Sets `", $attribute, "`.")]
        #[must_use]
        pub fn $setter(self, $field: impl Into<$of>) -> Self {
            Self { $field: $field.into(), ..self }
        }
    };
    (@option $setter:ident, $field:ident, $attribute:literal, $of:ty) => {
        #[doc = concat!("Sets `", $attribute, "`.")]
        #[must_use]
        pub fn $setter(self, $field: $of) -> Self {
            Self { $field: Some($field), ..self }
        }
    };
    (@list $setter:ident, $field:ident, $attribute:literal, $of:ty) => {
        #[doc = concat!("Sets the values of `", $attribute, "`.")]
        #[must_use]
        pub fn $setter(self, $field: impl IntoIterator<Item = $of>) -> Self {
            Self { $field: $field.into_iter().collect(), ..self }
        }
    };
}

setters! {
    User {
        value with_id: id "id" (String);
        text with_external_id: external_id "externalId";
        option with_name: name "name" (Name);
        text with_display_name: display_name "displayName";
        text with_nick_name: nick_name "nickName";
        text with_profile_url: profile_url "profileUrl";
        text with_title: title "title";
        text with_user_type: user_type "userType";
        text with_preferred_language: preferred_language "preferredLanguage";
        text with_locale: locale "locale";
        text with_timezone: timezone "timezone";
        option with_active: active "active" (bool);
        list with_emails: emails "emails" (Email);
        list with_phone_numbers: phone_numbers "phoneNumbers" (PhoneNumber);
        list with_ims: ims "ims" (InstantMessage);
        list with_photos: photos "photos" (Photo);
        list with_addresses: addresses "addresses" (Address);
        list with_groups: groups "groups" (Member);
        list with_entitlements: entitlements "entitlements" (Entitlement);
        list with_roles: roles "roles" (Role);
        list with_x509_certificates: x509_certificates "x509Certificates" (X509Certificate);
        option with_enterprise: enterprise
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User" (EnterpriseUser);
    }
    Name {
        text with_formatted: formatted "formatted";
        text with_family_name: family_name "familyName";
        text with_given_name: given_name "givenName";
        text with_middle_name: middle_name "middleName";
        text with_honorific_prefix: honorific_prefix "honorificPrefix";
        text with_honorific_suffix: honorific_suffix "honorificSuffix";
    }
    MultiValued {
        text with_display: display "display";
        text with_type: kind "type";
        value with_primary: primary "primary" (bool);
    }
    Address {
        text with_formatted: formatted "formatted";
        text with_street_address: street_address "streetAddress";
        text with_locality: locality "locality";
        text with_region: region "region";
        text with_postal_code: postal_code "postalCode";
        text with_country: country "country";
        text with_type: kind "type";
        value with_primary: primary "primary" (bool);
    }
    Group {
        value with_id: id "id" (String);
        text with_external_id: external_id "externalId";
        list with_members: members "members" (Member);
    }
    Member {
        text with_display: display "display";
        text with_type: kind "type";
    }
    EnterpriseUser {
        text with_employee_number: employee_number "employeeNumber";
        text with_cost_center: cost_center "costCenter";
        text with_organization: organization "organization";
        text with_division: division "division";
        text with_department: department "department";
        option with_manager: manager "manager" (Manager);
    }
    Manager {
        text with_display_name: display_name "displayName";
    }
}

impl User {
    /// Creates a user with the name that the user signs in with.
    pub fn new(user_name: impl Into<String>) -> Self {
        Self { user_name: user_name.into(), ..Self::default() }
    }
}

impl Group {
    /// Creates a group without members.
    pub fn new(display_name: impl Into<String>) -> Self {
        Self { display_name: display_name.into(), ..Self::default() }
    }
}

impl MultiValued {
    /// Creates a value without type.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::default() }
    }
}

impl Member {
    /// Creates a reference to the resource of that id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { value: id.into(), ..Self::default() }
    }
}

impl Manager {
    /// Creates a reference to the user of that id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { value: id.into(), ..Self::default() }
    }
}
