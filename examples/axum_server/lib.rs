//! A SCIM service provider to try identity providers against, and a pattern to copy: `scimwire`
//! inside an axum server.
//!
//! `cargo run --example axum_server` needs no flag. What to look at, in this order: `provider` puts
//! the dispatcher together, `server` hands it the requests of axum, `auth` says who asks, `oauth`
//! lets identity providers get their tokens by themselves, `hooks` has one file for each rule of
//! the host's own. `console` and `activity` are what an administrator sees of it in a browser.

mod activity;
mod admin;
mod auth;
mod banner;
mod body_timeout;
mod client_ip;
mod connections;
mod console;
mod encoding;
mod hooks;
mod known;
mod landing;
mod logging;
mod oauth;
mod options;
mod provenance;
mod provider;
mod public_url;
mod random;
mod record_store;
mod resource_types;
mod server;
mod server_secrets;
mod shares;
mod stamp;
mod storage;
mod tell;
mod tenants;
mod thread_time;
mod work;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use axum::middleware;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use tokio::net::TcpListener;
use tracing::info;

use banner::Welcome;
use console::SignIn;
use oauth::{ClientError, Clients, OAuth};
use options::Options;
use provider::Provider;
use public_url::PublicUrl;
use tenants::TenantError;

/// Runs the server by the flags of the command line, until the process is told to end.
pub async fn start() -> ExitCode {
    logging::start();
    let ended = run(&Options::parse()).await;
    logging::end();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("error: {}", tell::reasons(&*err));
            ExitCode::FAILURE
        }
    }
}

/// Ends: these flags do not go together.
fn refuse(problem: impl Display) -> ! {
    Options::command().error(ErrorKind::ValueValidation, problem).exit()
}

async fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(&options.listen).await;
    let listener = listener.map_err(|err| {
        format!("cannot listen on `{}`: {err}; choose another with `--listen`", options.listen)
    })?;
    // Asked of the listener, since the system chooses the port where the flag says 0.
    let address = listener.local_addr()?;
    info!(%address, "listening");
    let public_url = options.public_url.clone().unwrap_or(PublicUrl::of_listener(address));
    let shutdown_signal = server::shutdown_signal()?;
    let provider = Provider::new(options, &public_url).await?;
    let tenants = &provider.tenants;
    match tenants.follow(options).await {
        Err(TenantError::Store(err)) => return Err(err.into()),
        Err(err) => refuse(err),
        Ok(()) => {}
    }
    let clients = match Clients::new(&options.oauth, tenants, Arc::clone(&provider.records)).await {
        Err(ClientError::Store(err)) => return Err(err.into()),
        Err(err) => refuse(err),
        Ok(clients) => clients,
    };
    tokio::spawn(provider.deletion.clone().run());
    let sign_in = Arc::new(SignIn::new(options, &provider.secrets, public_url.is_secure()).await?);
    let welcome =
        Welcome::new(options, &public_url, tenants, &clients, &sign_in).await?.to_string();
    let oauth = OAuth::new(
        &options.oauth,
        clients,
        Arc::clone(&provider.records),
        Arc::clone(tenants),
        Arc::clone(&sign_in),
        &public_url,
    )?;
    // It may be nobody's wish to read it: a closed standard output is no reason to end.
    let _ = io::stdout().write_all(welcome.as_bytes());
    let router = server::router(&provider, &public_url, sign_in, oauth, options.body_time);
    let router = match &*options.trusted_proxies {
        [] => router,
        proxies => {
            router.layer(middleware::from_fn_with_state(proxies.into(), client_ip::trust_proxy))
        }
    };
    connections::serve(listener, router, options.connections.limits(), shutdown_signal).await?;
    Ok(())
}
