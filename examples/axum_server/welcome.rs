//! What is printed at the start: all that an identity provider asks for.

use std::fmt;

use crate::base_url::PublicUrl;
use crate::console::SignIn;
use crate::oauth::Clients;
use crate::tenants::Tenants;

/// The Tenant URLs, and the token if it was made just now.
pub(crate) struct Welcome<'s> {
    public_url: &'s PublicUrl,
    tenants: &'s Tenants,
    clients: &'s Clients,
    sign_in: &'s SignIn,
}

impl<'s> Welcome<'s> {
    pub(crate) fn new(public_url: &'s PublicUrl, tenants: &'s Tenants, clients: &'s Clients, sign_in: &'s SignIn) -> Self {
        Self { public_url, tenants, clients, sign_in }
    }
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.public_url.scim();
        writeln!(f, "Tenant URL  {url}")?;
        match self.tenants.fresh_token() {
            Some(token) => writeln!(f, "Token       {}", token.expose())?,
            None => {
                writeln!(f, "            for the tenant whose token it is, or for one alone:")?;
                for name in self.tenants.names() {
                    writeln!(f, "            {}", self.public_url.scim_of(&name))?;
                }
            }
        }
        self.fmt_oauth(f)?;
        writeln!(f, "Console     {}", self.public_url.console())?;
        match self.sign_in.fresh_password() {
            Some(password) => writeln!(f, "Password    {}\n", password.expose())?,
            None => writeln!(f, "            with the password of `--admin-password`\n")?,
        }
        if let Some(token) = self.tenants.fresh_token() {
            writeln!(f, "The token is shown this once, and ends with this server. To try it:\n")?;
            writeln!(f, "curl -H 'Authorization: Bearer {}' {url}/Users\n", token.expose())?;
        }
        Ok(())
    }
}

impl Welcome<'_> {
    fn fmt_oauth(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nOAuth 2     {}", self.public_url.join("/oauth/authorize"))?;
        writeln!(f, "            {}", self.public_url.join("/oauth/token"))?;
        if let Some((id, secret)) = self.clients.fresh() {
            writeln!(f, "Client      {id}\nSecret      {}", secret.expose())?;
        }
        writeln!(f)
    }
}
