//! What is printed at the start: all that an identity provider asks for.

use std::fmt;

use crate::base_url::PublicUrl;
use crate::tenants::Tenants;

/// The Tenant URLs, and the token if it was made just now.
pub(crate) struct Welcome<'s> {
    public_url: &'s PublicUrl,
    tenants: &'s Tenants,
}

impl<'s> Welcome<'s> {
    pub(crate) fn new(public_url: &'s PublicUrl, tenants: &'s Tenants) -> Self {
        Self { public_url, tenants }
    }
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.public_url.scim();
        writeln!(f, "Tenant URL  {url}")?;
        match self.tenants.fresh_token() {
            Some(token) => {
                let token = token.expose();
                writeln!(f, "Token       {token}\n")?;
                writeln!(f, "The token is shown this once, and ends with this server. To try it:\n")?;
                writeln!(f, "curl -H 'Authorization: Bearer {token}' {url}/Users\n")
            }
            None => {
                writeln!(f, "            for the tenant whose token it is, or for one alone:")?;
                self.tenants.names().try_for_each(|name| writeln!(f, "            {}", self.public_url.scim_of(name)))?;
                writeln!(f)
            }
        }
    }
}
