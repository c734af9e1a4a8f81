//! Fields that are each right, and wrong together.

use scimwire::ScimResource;

#[derive(Clone, ScimResource)]
#[scim(user)]
struct Account {
    #[scim("displayName")]
    name: String,
    #[scim("displayName")]
    shown: String,
    #[scim("name")]
    parts: Option<scimwire::resource::Name>,
    #[scim("name.givenName")]
    first_name: String,
    #[scim("emails", type = "work", primary)]
    work: String,
    #[scim("emails", type = "home", primary)]
    home: String,
}

#[derive(Clone, ScimResource)]
#[scim(group)]
enum Team {
    One,
}

fn main() {}
