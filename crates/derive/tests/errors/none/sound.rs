//! Nothing is wrong.

use scimwire::ScimResource;

#[derive(Clone, ScimResource)]
#[scim(user)]
struct Account {
    #[scim(id)]
    id: i64,
    #[scim("userName")]
    login: String,
}

fn main() {
    let account = Account { id: 1, login: String::new() };
    assert_eq!(account.to_resource().id(), "1");
}
