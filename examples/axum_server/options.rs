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

/// A SCIM 2.0 service provider to try identity providers against
///
/// What an administrator sets in the console is kept in the database. Flags come before it: what
/// they name is set again at each start, and what they do not name stays as it was saved.
#[derive(Parser)]
pub(crate) struct Options {
    /// Where to listen
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// Where resources are kept: `memory`, `sqlite:PATH` or `postgres://...`
    #[arg(long, value_name = "DATABASE", default_value = "sqlite:scimwire-demo.db", value_parser = database)]
    pub(crate) database: Database,
    /// What clients reach the server under [default: http:// and the listening address]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// The address of a reverse proxy of yours, whose `X-Forwarded-For` is believed: wrong
    /// passwords are counted for the address that it adds; repeatable
    #[arg(long = "trusted-proxy", value_name = "ADDR", value_parser = proxy)]
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// How requests are read that depart from the RFC
    #[arg(long, value_enum, default_value_t = Profile::Lenient)]
    pub(crate) quirks: Profile,
    /// The largest page
    #[arg(long, value_name = "N", default_value = "200")]
    pub(crate) max_results: NonZeroUsize,
    /// How many seconds the body of a request may take to arrive; then the answer is 408
    #[arg(long = "body-timeout", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) body_time: Duration,
    #[command(flatten)]
    pub(crate) connections: ConnectionOptions,
    /// How many requests of a tenant are worked on at once; others wait, and get 503 after 20
    /// seconds
    #[arg(long = "tenant-requests", value_name = "N", default_value = "16")]
    pub(crate) tenant_requests: NonZeroUsize,
    /// Further resource types, and extensions of users and groups, `{"schemas": [...],
    /// "resourceTypes": [...]}` in the RFC's JSON form; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) resource_types: Vec<PathBuf>,
    /// A tenant and its bearer token, which is good as long as this process; repeatable [default:
    /// the tenants of the last start, or `demo` with a fresh token]
    #[arg(long = "tenant", value_name = "NAME=TOKEN", value_parser = tenant)]
    pub(crate) tenants: Vec<TenantToken>,
    /// Switches SCIM off for a tenant; repeatable
    #[arg(long = "disable-tenant", value_name = "NAME")]
    pub(crate) disabled_tenants: Vec<String>,
    /// Takes `Authorization: TOKEN` as well as `Authorization: Bearer TOKEN`
    #[arg(long)]
    pub(crate) allow_bare_token: bool,
    /// An OAuth 2 access token of a tenant; repeatable
    #[arg(long = "oauth-token", value_name = "NAME=TOKEN[,expires_in=SECONDS]", value_parser = access_token)]
    pub(crate) oauth_tokens: Vec<TenantToken>,
    /// Takes the Group resource type from a tenant; repeatable
    #[arg(long = "no-groups", value_name = "NAME")]
    pub(crate) no_groups: Vec<String>,
    /// The account size of newly provisioned users, in GB; SCIM does not change it
    #[arg(long, value_name = "N")]
    pub(crate) quota_gb: Option<u32>,
    /// Puts users into the group of their department, and never takes them out
    #[arg(long)]
    pub(crate) department_groups: bool,
    /// What becomes of users who have lost the last group that the identity provider had put them
    /// into [default: keep]
    #[arg(long, value_enum)]
    pub(crate) orphans: Option<Orphans>,
    /// Opens the admin view to requests with `X-Admin-Key: KEY`
    #[arg(long, value_name = "KEY", value_parser = sendable)]
    pub(crate) admin_key: Option<Secret>,
    /// What the administrator signs in with, this time [default: the password that was made at the
    /// first start]
    #[arg(long, value_name = "PASSWORD", value_parser = password)]
    pub(crate) admin_password: Option<Secret>,
    /// Makes another password for the administrator in the place of the one of the first start
    #[arg(long, conflicts_with = "admin_password")]
    pub(crate) new_admin_password: bool,
    /// How long a sign-in to the console lasts
    #[arg(long, value_name = "MINUTES", default_value = "480")]
    pub(crate) session_minutes: u32,
    #[command(flatten)]
    pub(crate) oauth: OAuthOptions,
}

/// What a connection may take.
#[derive(Args)]
pub(crate) struct ConnectionOptions {
    /// How many seconds the head of a request may take to arrive, and a connection may be idle;
    /// then it is closed
    #[arg(long = "head-timeout", value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    head_timeout: Duration,
    /// How many seconds a client may leave what was sent to it unread; then the connection is
    /// closed
    #[arg(long = "write-timeout", value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    write_timeout: Duration,
    /// How many connections there may be at once; others wait until one ends
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

/// Where resources are kept.
#[derive(Clone)]
pub(crate) enum Database {
    /// In memory: gone when the server ends.
    Memory,
    /// In a SQLite file, which is made if there is none.
    Sqlite(PathBuf),
    /// In a PostgreSQL database, by its URL.
    Postgres(String),
}

/// How requests are read that depart from the RFC.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Profile {
    /// As known clients mean them.
    Lenient,
    /// By the letter.
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
        .ok_or("write a number of seconds above 0, such as `30` or `0.5`")
}

fn proxy(text: &str) -> Result<IpAddr, &'static str> {
    let address = text.parse::<IpAddr>().map_err(
        |_| "write an IP address, such as `127.0.0.1`; names and networks are not taken",
    )?;
    Ok(address.to_canonical())
}

fn database(text: &str) -> Result<Database, &'static str> {
    match text.split_once(':') {
        None if text == "memory" => Ok(Database::Memory),
        Some(("sqlite", "")) => Err("write `sqlite:` and the path of a file"),
        Some(("sqlite", path)) => Ok(Database::Sqlite(path.into())),
        Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
            Ok(Database::Postgres(text.to_owned()))
        }
        _ => Err("no such database: use `memory`, `sqlite:PATH` or `postgres://...`"),
    }
}

fn tenant(text: &str) -> Result<TenantToken, &'static str> {
    let (name, token) = text.split_once('=').ok_or("write NAME=TOKEN")?;
    tenant_name(name)?;
    Ok(TenantToken { tenant: name.to_owned(), token: sendable(token)?, lifetime: None })
}

/// The name is part of a URL, and should need no percent signs there.
pub(crate) fn tenant_name(name: &str) -> Result<(), &'static str> {
    const LONGEST: usize = 64;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(plain) {
        return Err("the name of a tenant is made of letters, digits, `-` and `_`, 64 at most");
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
        .ok_or("write `expires_in=SECONDS` after the comma, with a whole number of seconds")?;
    Ok(TenantToken { lifetime: Some(Duration::from_secs(seconds.into())), ..tenant(text)? })
}

/// Whatever can be typed, if there is enough of it.
fn password(text: &str) -> Result<Secret, &'static str> {
    const SHORTEST: usize = 12;
    if text.chars().count() < SHORTEST {
        Err("a password has 12 characters at least")
    } else {
        Ok(Secret::from(text))
    }
}

/// A secret that fits into a header and is one word there.
fn sendable(text: &str) -> Result<Secret, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a token or key is made of ASCII letters, digits and signs, without spaces");
    }
    Ok(Secret::from(text))
}
