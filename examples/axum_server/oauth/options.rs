//! The flags of OAuth 2.

use std::time::Duration;

use clap::Args;
use scimwire::Secret;

use super::redirects;

/// The shortest secret that is taken for one that cannot be guessed.
const SHORTEST_SECRET: usize = 16;

/// The OAuth 2 options.
#[derive(Args)]
pub(crate) struct OAuthOptions {
    /// An OAuth 2 client of a tenant; repeatable [default: one for `demo` with a generated secret,
    /// at the first start without `--tenant`; create others in the console]
    #[arg(long = "oauth-client", value_name = "NAME=ID:SECRET", value_parser = client)]
    pub(super) clients: Vec<ClientFlag>,
    /// A redirect URI of a client; `ID=okta:APP` stands for those of Okta's app APP; repeatable
    /// [default: none, so the client must use client credentials]
    #[arg(long = "oauth-redirect", value_name = "ID=URI", value_parser = redirect)]
    pub(super) redirects: Vec<RedirectFlag>,
    /// The lifetime of an access token
    #[arg(long = "oauth-token-lifetime", value_name = "SECONDS", default_value = "3600", value_parser = lifetime)]
    pub(super) token_lifetime: Duration,
    /// The lifetime of an unused refresh token
    #[arg(long = "oauth-refresh-lifetime", value_name = "SECONDS", default_value = "7776000", value_parser = lifetime)]
    pub(super) refresh_lifetime: Duration,
    /// The lifetime of an authorization code
    #[arg(long = "oauth-code-lifetime", value_name = "SECONDS", default_value = "60", value_parser = lifetime)]
    pub(super) code_lifetime: Duration,
}

/// A client as a flag says it.
#[derive(Clone)]
pub(super) struct ClientFlag {
    pub(super) tenant: String,
    pub(super) id: String,
    pub(super) secret: Secret,
}

/// Where a client may have people sent back to.
#[derive(Clone)]
pub(super) struct RedirectFlag {
    pub(super) id: String,
    pub(super) uris: Vec<String>,
}

fn client(text: &str) -> Result<ClientFlag, &'static str> {
    let (tenant, client) = text.split_once('=').ok_or("use NAME=ID:SECRET")?;
    let (id, secret) = client.split_once(':').ok_or("use NAME=ID:SECRET")?;
    // Some clients encode both for Basic authentication and some do not: these are the same either
    // way.
    let plain = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    if id.is_empty() || !plain(id) || !plain(secret) {
        return Err(
            "the ID and secret of a client may contain only letters, digits, `-`, `.` and `_`",
        );
    }
    if secret.len() < SHORTEST_SECRET {
        return Err("the secret of a client must have at least 16 characters");
    }
    Ok(ClientFlag { tenant: tenant.to_owned(), id: id.to_owned(), secret: Secret::from(secret) })
}

fn redirect(text: &str) -> Result<RedirectFlag, String> {
    let (id, uri) = text.split_once('=').ok_or("use ID=URI")?;
    let uris = redirects::read(uri).map_err(|err| err.to_string())?;
    Ok(RedirectFlag { id: id.to_owned(), uris })
}

/// A time of 0 is for trying what comes of an end.
fn lifetime(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse::<u32>().map_err(|_| "use a whole number of seconds")?;
    Ok(Duration::from_secs(seconds.into()))
}
