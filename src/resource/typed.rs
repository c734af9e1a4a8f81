//! Resources of the RFC as Rust types, for hosts that would rather read fields. The engines never
//! use them.

use std::ops::Not;

use serde::{Deserialize, Serialize};

use super::Meta;

/// A user (RFC 7643, Section 4.1). Read one with
/// [`Resource::deserialize`](super::Resource::deserialize), and make a resource of one with
/// [`ResourceType::encode`](crate::ResourceType::encode). Unassigned attributes are not serialized.
///
/// ```
/// use scimwire::ResourceType;
/// use scimwire::resource::{Email, Name, User};
///
/// let user = User::new("bjensen")
///     .with_name(Name::default().with_given_name("Barbara"))
///     .with_emails([Email::new("bjensen@example.com").with_type("work").with_primary(true)])
///     .with_active(true);
/// let resource = ResourceType::user().encode(&user)?;
/// assert_eq!(resource.deserialize::<User>()?, user);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// All attributes are here but `password`, which
/// [`Resource::take_password`](super::Resource::take_password) hands out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The identifier of the service provider.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The identifier of the provisioning client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The time of creation and of the last change, and the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The name that the user signs in with.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user_name: String,
    /// The parts of the user's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The casual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nick_name: Option<String>,
    /// The URL of the user's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
    /// The job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The relation to the organization, such as `Contractor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    /// The preferred languages, as in `Accept-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_language: Option<String>,
    /// The locale for dates and numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The time zone, such as `America/Los_Angeles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// `true` if the account may be used: [`is_active`](Self::is_active) says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// E-mail addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Email>,
    /// Telephone numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phone_numbers: Vec<PhoneNumber>,
    /// Instant messaging addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ims: Vec<InstantMessage>,
    /// URLs of photos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// Postal addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// The groups that the user is in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Member>,
    /// The entitlements of the user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entitlements: Vec<Entitlement>,
    /// The roles of the user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// X.509 certificates in base64; [`certificate`](super::decode_certificate()) decodes one.
    #[serde(rename = "x509Certificates", skip_serializing_if = "Vec::is_empty")]
    pub x509_certificates: Vec<X509Certificate>,
    /// The enterprise extension.
    #[serde(
        rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        skip_serializing_if = "Option::is_none"
    )]
    pub enterprise: Option<EnterpriseUser>,
}

/// The parts of a user's name (RFC 7643, Section 4.1.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Name {
    /// The whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// The last name, in most Western languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The first name, in most Western languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Such as `Ms.`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honorific_prefix: Option<String>,
    /// Such as `III`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honorific_suffix: Option<String>,
}

/// A value of a multi-valued attribute with the usual sub-attributes (RFC 7643, Section 2.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct MultiValued {
    /// The value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// The value for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// The purpose, such as `work`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `true` if it is the preferred one.
    #[serde(skip_serializing_if = "Not::not")]
    pub primary: bool,
}

/// An e-mail address.
pub type Email = MultiValued;
/// A telephone number.
pub type PhoneNumber = MultiValued;
/// An instant messaging address.
pub type InstantMessage = MultiValued;
/// The URL of a photo.
pub type Photo = MultiValued;
/// An entitlement.
pub type Entitlement = MultiValued;
/// A role.
pub type Role = MultiValued;
/// An X.509 certificate, in base64.
pub type X509Certificate = MultiValued;

/// A postal address (RFC 7643, Section 4.1.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Address {
    /// The whole address, to print; may have several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street, house number and the like; may have several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// The state or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The country, by ISO 3166-1 alpha-2 where the client keeps to the RFC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The purpose, such as `work`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `true` if it is the preferred one.
    #[serde(skip_serializing_if = "Not::not")]
    pub primary: bool,
}

/// A reference to another resource by its id, as in `members` and `groups` (RFC 7643, Sections
/// 4.1.2 and 4.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Member {
    /// The id of the resource.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// The URL of the resource, in answers: a stored resource has none, since it depends on the
    /// base URL.
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The name of the resource, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// The name of its resource type in `members`; `direct` or `indirect` in `groups`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A group (RFC 7643, Section 4.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Group {
    /// The identifier of the service provider.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The identifier of the provisioning client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The time of creation and of the last change, and the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// The members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
}

/// The enterprise extension of users (RFC 7643, Section 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct EnterpriseUser {
    /// The number that the organization gave the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// The cost center.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<String>,
    /// The organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The division.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    /// The department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The user's manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<Manager>,
}

/// The manager of a user (RFC 7643, Section 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Manager {
    /// The id of the manager.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// The URL of the resource, in answers: a stored resource has none, since it depends on the
    /// base URL.
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The name of the manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}
