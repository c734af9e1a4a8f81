//! Names that no schema has.

use scimwire::ScimResource;

#[derive(Clone, ScimResource)]
#[scim(user)]
struct Account {
    #[scim(id)]
    id: i64,
    #[scim("username")]
    login: String,
    #[scim("givenName")]
    first_name: String,
    #[scim("name.familiName")]
    last_name: String,
    #[scim("department")]
    department: String,
    #[scim(enterprise, "employeNumber")]
    number: String,
    #[scim("urn:ietf:params:scim:schemas:extension:enterprize:2.0:User:division")]
    division: String,
    #[scim("salary")]
    salary: String,
    #[scim("addresses", type = "work")]
    address: String,
    #[scim("meta.location")]
    location: String,
}

fn main() {}
