//! The command line.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum};
use scimwire::Secret;

use crate::connections::ConnectionLimits;
use crate::hooks::orphans::Orphans;
use crate::oauth::OAuthOptions;
use crate::public_url::PublicUrl;

/// A SCIM 2.0 service provider for trying out identity providers
///
/// Settings made in the console are stored in the database. Flags take precedence: each flag is
/// applied at every start, and settings without a flag keep their stored value.
#[derive(Parser)]
pub(crate) struct Options {
    /// The address to listen on
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// The database: `memory`, `sqlite:PATH` or `postgres://...`
    #[arg(long, value_name = "DATABASE", default_value = "sqlite:scimwire-demo.db", value_parser = database)]
    pub(crate) database: Database,
    /// The URL under which clients reach the server [default: http:// and the listening address]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// The address of a trusted reverse proxy, whose `X-Forwarded-For` is used to count wrong
    /// passwords per client address; repeatable
    #[arg(long = "trusted-proxy", value_name = "ADDR", value_parser = proxy)]
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// The handling of requests that deviate from the RFC
    #[arg(long, value_enum, default_value_t = Profile::Lenient)]
    pub(crate) quirks: Profile,
    /// The maximum number of resources per page
    #[arg(long, value_name = "N", default_value = "200")]
    pub(crate) max_results: NonZeroUsize,
    /// The timeout for reading the body of a request, in seconds; then the response is 408
    #[arg(long = "body-timeout", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) body_time: Duration,
    #[command(flatten)]
    pub(crate) connections: ConnectionOptions,
    /// The maximum number of concurrent requests per tenant; others wait, and get 503 after 20
    /// seconds
    #[arg(long = "tenant-requests", value_name = "N", default_value = "16")]
    pub(crate) tenant_requests: NonZeroUsize,
    /// A JSON file with custom resource types and extensions in the form of the RFC,
    /// `{"schemas": [...], "resourceTypes": [...]}`; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) resource_types: Vec<PathBuf>,
    /// A tenant and its bearer token, which is valid while this process runs; repeatable [default:
    /// the stored tenants, or `demo` with a generated token]
    #[arg(long = "tenant", value_name = "NAME=TOKEN", value_parser = tenant)]
    pub(crate) tenants: Vec<TenantToken>,
    /// Disables SCIM for a tenant; repeatable
    #[arg(long = "disable-tenant", value_name = "NAME")]
    pub(crate) disabled_tenants: Vec<String>,
    /// Accepts `Authorization: TOKEN` in addition to `Authorization: Bearer TOKEN`
    #[arg(long)]
    pub(crate) allow_bare_token: bool,
    /// An OAuth 2 access token of a tenant; repeatable
    #[arg(long = "oauth-token", value_name = "NAME=TOKEN[,expires_in=SECONDS]", value_parser = access_token)]
    pub(crate) oauth_tokens: Vec<TenantToken>,
    /// Disables groups for a tenant; repeatable
    #[arg(long = "no-groups", value_name = "NAME")]
    pub(crate) no_groups: Vec<String>,
    /// The account size of newly provisioned users, in GB; clients cannot change it
    #[arg(long, value_name = "N")]
    pub(crate) quota_gb: Option<u32>,
    /// Adds users to a group named after their department, and never removes them
    #[arg(long)]
    pub(crate) department_groups: bool,
    /// The action for users who leave the last group that the identity provider added them to
    /// [default: keep]
    #[arg(long, value_enum)]
    pub(crate) orphans: Option<Orphans>,
    /// Enables the admin API for requests with `X-Admin-Key: KEY`
    #[arg(long, value_name = "KEY", value_parser = sendable)]
    pub(crate) admin_key: Option<Secret>,
    /// The administrator password for this run [default: the password generated at the first start]
    #[arg(long, value_name = "PASSWORD", value_parser = password)]
    pub(crate) admin_password: Option<Secret>,
    /// Generates a new administrator password, replacing the stored one
    #[arg(long, conflicts_with = "admin_password")]
    pub(crate) new_admin_password: bool,
    /// The lifetime of a console session
    #[arg(long, value_name = "MINUTES", default_value = "480")]
    pub(crate) session_minutes: u32,
    #[command(flatten)]
    pub(crate) oauth: OAuthOptions,
}

/// The limits of connections.
#[derive(Args)]
pub(crate) struct ConnectionOptions {
    /// The timeout for reading the head of a request, and for idle connections, in seconds; then
    /// the connection is closed
    #[arg(long = "head-timeout", value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    head_timeout: Duration,
    /// The timeout for writing to a client that does not read, in seconds; then the connection is
    /// closed
    #[arg(long = "write-timeout", value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    write_timeout: Duration,
    /// The maximum number of concurrent connections; others wait until one is closed
    #[arg(long = "max-connections", value_name = "N", default_value = "16384")]
    most: NonZeroUsize,
}

impl ConnectionOptions {
    pub(crate) fn limits(&self) -> ConnectionLimits {
        ConnectionLimits {
            head_timeout: self.head_timeout,
            write_timeout: self.write_timeout,
            most: self.most.get(),
        }
    }
}

/// The database for resources.
#[derive(Clone)]
pub(crate) enum Database {
    /// In memory: gone when the server ends.
    Memory,
    /// In a SQLite file, which is made if there is none.
    Sqlite(PathBuf),
    /// In a PostgreSQL database, by its URL.
    Postgres(String),
}

/// The handling of requests that deviate from the RFC.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Profile {
    /// Tolerate known deviations, and report them.
    Lenient,
    /// Reject all deviations.
    Strict,
}

/// A token, and whose it is.
#[derive(Clone)]
pub(crate) struct TenantToken {
    pub(crate) tenant: String,
    pub(crate) token: Secret,
    /// How long it can be used from the start of the server; without it, for good.
    pub(crate) lifetime: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|time| !time.is_zero())
        .ok_or("use a number of seconds above 0, such as `30` or `0.5`")
}

fn proxy(text: &str) -> Result<IpAddr, &'static str> {
    let address = text.parse::<IpAddr>().map_err(
        |_| "use an IP address such as `127.0.0.1`; names and networks are not supported",
    )?;
    Ok(address.to_canonical())
}

fn database(text: &str) -> Result<Database, &'static str> {
    match text.split_once(':') {
        None if text == "memory" => Ok(Database::Memory),
        Some(("sqlite", "")) => Err("use `sqlite:` followed by the path of a file"),
        Some(("sqlite", path)) => Ok(Database::Sqlite(path.into())),
        Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
            Ok(Database::Postgres(text.to_owned()))
        }
        _ => Err("unknown database: use `memory`, `sqlite:PATH` or `postgres://...`"),
    }
}

fn tenant(text: &str) -> Result<TenantToken, &'static str> {
    let (name, token) = text.split_once('=').ok_or("use NAME=TOKEN")?;
    tenant_name(name)?;
    Ok(TenantToken { tenant: name.to_owned(), token: sendable(token)?, lifetime: None })
}

/// The name is part of a URL, and should need no percent signs there.
pub(crate) fn tenant_name(name: &str) -> Result<(), &'static str> {
    const LONGEST: usize = 64;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(plain) {
        return Err(
            "a tenant name may contain only letters, digits, `-` and `_`, at most 64 characters",
        );
    }
    Ok(())
}

fn access_token(text: &str) -> Result<TenantToken, &'static str> {
    let Some((text, parameter)) = text.split_once(',') else {
        return tenant(text);
    };
    let seconds =
        parameter.strip_prefix("expires_in=").and_then(|seconds| seconds.parse::<u32>().ok());
    let seconds = seconds
        .ok_or("use `expires_in=SECONDS` after the comma, with a whole number of seconds")?;
    Ok(TenantToken { lifetime: Some(Duration::from_secs(seconds.into())), ..tenant(text)? })
}

/// Whatever can be typed, if there is enough of it.
fn password(text: &str) -> Result<Secret, &'static str> {
    const SHORTEST: usize = 12;
    if text.chars().count() < SHORTEST {
        Err("a password must have at least 12 characters")
    } else {
        Ok(Secret::from(text))
    }
}

/// A secret that fits into a header and is one word there.
fn sendable(text: &str) -> Result<Secret, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(
            "a token or key may contain only ASCII letters, digits and punctuation, without spaces",
        );
    }
    Ok(Secret::from(text))
}
