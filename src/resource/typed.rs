//! Resources of the RFC as Rust types, for hosts that would rather read fields. The engines never
//! use them.

use serde::{Deserialize, Serialize};

use super::Meta;

/// A user (RFC 7643, Section 4.1). Read one with
/// [`Resource::deserialize`](super::Resource::deserialize).
///
/// All attributes are here but `password`, which
/// [`Resource::take_password`](super::Resource::take_password) hands out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The identifier of the service provider.
    pub id: String,
    /// The identifier of the provisioning client.
    pub external_id: Option<String>,
    /// The time of creation and of the last change, and the version.
    pub meta: Option<Meta>,
    /// The name that the user signs in with.
    pub user_name: String,
    /// The parts of the user's name.
    pub name: Option<Name>,
    /// The name to show.
    pub display_name: Option<String>,
    /// The casual name.
    pub nick_name: Option<String>,
    /// The URL of the user's page.
    pub profile_url: Option<String>,
    /// The job title.
    pub title: Option<String>,
    /// The relation to the organization, such as `Contractor`.
    pub user_type: Option<String>,
    /// The preferred languages, as in `Accept-Language`.
    pub preferred_language: Option<String>,
    /// The locale for dates and numbers.
    pub locale: Option<String>,
    /// The time zone, such as `America/Los_Angeles`.
    pub timezone: Option<String>,
    /// `true` if the account may be used: [`is_active`](Self::is_active) says it.
    pub active: Option<bool>,
    /// E-mail addresses.
    pub emails: Vec<MultiValued>,
    /// Telephone numbers.
    pub phone_numbers: Vec<MultiValued>,
    /// Instant messaging addresses.
    pub ims: Vec<MultiValued>,
    /// URLs of photos.
    pub photos: Vec<MultiValued>,
    /// Postal addresses.
    pub addresses: Vec<Address>,
    /// The groups that the user is in.
    pub groups: Vec<Member>,
    /// The entitlements of the user.
    pub entitlements: Vec<MultiValued>,
    /// The roles of the user.
    pub roles: Vec<MultiValued>,
    /// X.509 certificates in base64; [`certificate`](super::decode_certificate()) decodes one.
    #[serde(rename = "x509Certificates")]
    pub x509_certificates: Vec<MultiValued>,
    /// The enterprise extension.
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    pub enterprise: Option<EnterpriseUser>,
}

/// The parts of a user's name (RFC 7643, Section 4.1.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Name {
    /// The whole name.
    pub formatted: Option<String>,
    /// The last name, in most Western languages.
    pub family_name: Option<String>,
    /// The first name, in most Western languages.
    pub given_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// Such as `Ms.`.
    pub honorific_prefix: Option<String>,
    /// Such as `III`.
    pub honorific_suffix: Option<String>,
}

/// A value of a multi-valued attribute with the usual sub-attributes (RFC 7643, Section 2.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct MultiValued {
    /// The value.
    pub value: String,
    /// The value for people.
    pub display: Option<String>,
    /// The purpose, such as `work`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `true` if it is the preferred one.
    pub primary: bool,
}

/// A postal address (RFC 7643, Section 4.1.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Address {
    /// The whole address, to print; may have several lines.
    pub formatted: Option<String>,
    /// Street, house number and the like; may have several lines.
    pub street_address: Option<String>,
    /// The city.
    pub locality: Option<String>,
    /// The state or region.
    pub region: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country, by ISO 3166-1 alpha-2 where the client keeps to the RFC.
    pub country: Option<String>,
    /// The purpose, such as `work`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `true` if it is the preferred one.
    pub primary: bool,
}

/// A reference to another resource by its id, as in `members` and `groups` (RFC 7643, Sections
/// 4.1.2 and 4.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Member {
    /// The id of the resource.
    pub value: String,
    /// The URL of the resource, in answers: a stored resource has none, since it depends on the
    /// base URL.
    #[serde(rename = "$ref")]
    pub reference: Option<String>,
    /// The name of the resource, for people.
    pub display: Option<String>,
    /// The name of its resource type in `members`; `direct` or `indirect` in `groups`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// A group (RFC 7643, Section 4.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Group {
    /// The identifier of the service provider.
    pub id: String,
    /// The identifier of the provisioning client.
    pub external_id: Option<String>,
    /// The time of creation and of the last change, and the version.
    pub meta: Option<Meta>,
    /// The name.
    pub display_name: String,
    /// The members.
    pub members: Vec<Member>,
}

/// The enterprise extension of users (RFC 7643, Section 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct EnterpriseUser {
    /// The number that the organization gave the user.
    pub employee_number: Option<String>,
    /// The cost center.
    pub cost_center: Option<String>,
    /// The organization.
    pub organization: Option<String>,
    /// The division.
    pub division: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The user's manager.
    pub manager: Option<Manager>,
}

/// The manager of a user (RFC 7643, Section 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Manager {
    /// The id of the manager.
    pub value: String,
    /// The URL of the resource, in answers: a stored resource has none, since it depends on the
    /// base URL.
    #[serde(rename = "$ref")]
    pub reference: Option<String>,
    /// The name of the manager.
    pub display_name: Option<String>,
}
