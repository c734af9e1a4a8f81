//! The banner at the start: everything an identity provider asks for. Secrets are printed when
//! they were made just now, and never again.

use std::fmt;

use scimwire::{Secret, StoreError};

use crate::console::SignIn;
use crate::oauth::Clients;
use crate::options::{Database, Options};
use crate::public_url::PublicUrl;
use crate::tenants::Tenants;

/// The Tenant URLs, the secrets if they were made just now, and where the console is.
pub(crate) struct Welcome<'s> {
    options: &'s Options,
    public_url: &'s PublicUrl,
    tenants: Vec<String>,
    token: Option<&'s Secret>,
    clients: &'s Clients,
    sign_in: &'s SignIn,
}

impl<'s> Welcome<'s> {
    pub(crate) async fn new(
        options: &'s Options,
        public_url: &'s PublicUrl,
        tenants: &'s Tenants,
        clients: &'s Clients,
        sign_in: &'s SignIn,
    ) -> Result<Self, StoreError> {
        let (names, token) = (tenants.names().await?, tenants.fresh_token());
        Ok(Self { options, public_url, tenants: names, token, clients, sign_in })
    }

    fn fmt_tenants(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Tenant URL  {}", self.public_url.scim())?;
        match self.token {
            Some(token) => writeln!(f, "Token       {}", token.expose()),
            None => {
                writeln!(
                    f,
                    "            the token identifies the tenant; or for one tenant only:"
                )?;
                for name in &self.tenants {
                    writeln!(f, "            {}", self.public_url.scim_of(name))?;
                }
                if self.options.tenants.is_empty() {
                    writeln!(
                        f,
                        "Token       shown when it was created; create others in the console"
                    )?;
                }
                Ok(())
            }
        }
    }

    fn fmt_oauth(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nOAuth 2     {}", self.public_url.join("/oauth/authorize"))?;
        writeln!(f, "            {}", self.public_url.join("/oauth/token"))?;
        match self.clients.fresh() {
            Some((id, secret)) => {
                writeln!(f, "Client      {id}\nSecret      {}\n", secret.expose())
            }
            None => writeln!(f),
        }
    }

    fn fmt_console(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Console     {}", self.public_url.console())?;
        match self.sign_in.fresh_password() {
            Some(password) => writeln!(f, "Password    {}", password.expose()),
            None if self.options.admin_password.is_some() => {
                writeln!(f, "Password    from `--admin-password`")
            }
            None => writeln!(
                f,
                "Password    shown when it was created; reset it with `--new-admin-password`"
            ),
        }
    }

    fn fmt_database(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.options.database {
            Database::Memory => {
                writeln!(f, "Stored in   memory, until the server stops\n")
            }
            Database::Sqlite(path) => writeln!(f, "Stored in   {}\n", path.display()),
            Database::Postgres(_) => {
                writeln!(f, "Stored in   the PostgreSQL database of `--database`\n")
            }
        }
    }
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_tenants(f)?;
        self.fmt_oauth(f)?;
        self.fmt_console(f)?;
        self.fmt_database(f)?;
        if let Some(token) = self.token {
            writeln!(f, "Token, secret and password are shown only once. To try it:\n")?;
            writeln!(
                f,
                "curl -H 'Authorization: Bearer {}' {}/Users\n",
                token.expose(),
                self.public_url.scim()
            )?;
        }
        Ok(())
    }
}
