//! Options that do not belong together, or do not exist.

use scimwire::ScimResource;

#[derive(Clone, ScimResource)]
#[scim(user)]
struct Account {
    #[scim(id)]
    id: i64,
    phone: String,
    #[scim("userName", uniq)]
    login: String,
    #[scim("title", type = "work")]
    title: String,
    #[scim("emails", primary)]
    emails: Vec<String>,
    #[scim("nickName", column)]
    nick_name: String,
    #[scim(unique)]
    number: String,
    #[scim("active", default = "yes")]
    is_enabled: bool,
    #[scim("locale", default = "en")]
    locale: Option<String>,
}

#[derive(Clone, ScimResource)]
#[scim(usr)]
struct Mistyped {
    id: i64,
}

#[derive(Clone, ScimResource)]
struct Untyped {
    id: i64,
}

fn main() {}
