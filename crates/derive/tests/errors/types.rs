//! Types that cannot store their attributes.

use scimwire::ScimResource;

#[derive(Clone, ScimResource)]
#[scim(user)]
struct Account {
    #[scim(id)]
    id: i64,
    #[scim("userName")]
    login: String,
    #[scim("active")]
    is_enabled: String,
}


#[derive(Clone, ScimResource)]
#[scim(group)]
struct Team {
    #[scim(id)]
    id: i64,
    #[scim("displayName")]
    name: bool,
    #[scim("meta.created")]
    created_at: i64,
}

struct Plain;

fn stored<T: ScimResource>() {}

fn of_plain() {
    stored::<Plain>();
}

fn main() {}
