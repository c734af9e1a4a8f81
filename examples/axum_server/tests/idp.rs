//! What identity providers send, replayed over real HTTP against the demo server: one test for each
//! transcript under `tests/idp/`, each with a server of its own.
//!
//! `cargo test` builds the server before it; `cargo test --test idp` does not, and wants
//! `cargo build --example axum_server` first.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::demo::Demo;
use support::transcript::replay::replay;
use support::transcript::{Settings, Transcript};

mod support;

/// Makes a test of each transcript but those that wait for something, and the list of them all.
macro_rules! transcripts {
    (
        $(must_pass { $($name:ident: $file:literal,)+ })+
        $(pending $reason:literal { $($pending_file:literal,)+ })*
    ) => {
        const TRANSCRIPTS: &[&str] = &[$($($file,)+)+ $($($pending_file,)+)*];

        $($(
            #[tokio::test]
            async fn $name() {
                check($file).await;
            }
        )+)+
    };
}

transcripts! {
    must_pass {
        okta_user_lifecycle: "okta/okta-user-lifecycle.jsonl",
        okta_group_push: "okta/okta-group-push.jsonl",
        okta_import: "okta/okta-import.jsonl",
        okta_aiw_user_lifecycle: "okta/okta-aiw-user-lifecycle.jsonl",
        okta_aiw_group_push: "okta/okta-aiw-group-push.jsonl",
        entra_user_lifecycle_legacy: "entra/entra-user-lifecycle-legacy.jsonl",
        entra_user_lifecycle_scim062020: "entra/entra-user-lifecycle-scim062020.jsonl",
        entra_group_lifecycle: "entra/entra-group-lifecycle.jsonl",
        entra_references: "entra/entra-references.jsonl",
        onelogin_user_and_group: "onelogin/onelogin-user-and-group.jsonl",
        authentik: "authentik/authentik.jsonl",
        common_errors: "common/common-errors.jsonl",
        discovery_strict_clients: "common/discovery-strict-clients.jsonl",
        mammoth: "products/mammoth.jsonl",
        keepnet: "products/keepnet.jsonl",
        mangoapps: "products/mangoapps.jsonl",
        infrascale: "products/infrascale.jsonl",
        iomete: "products/iomete.jsonl",
        all_rules: "products/all-rules.jsonl",
    }
}

#[test]
fn every_transcript_is_listed_and_follows_the_format() {
    let listed: BTreeSet<_> = TRANSCRIPTS.iter().map(|file| folder().join(file)).collect();
    assert_eq!(transcripts_in(&folder()), listed);
    for file in &listed {
        assert!(!Transcript::load(file).lines.is_empty(), "{} is empty", file.display());
    }
}

/// Replays a transcript against a fresh server, with the flags that the settings name for it.
async fn check(file: &str) {
    let file = folder().join(file);
    let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a file's name is text");
    let transcript = Transcript::load(&file);
    let (flags, variables) = settings().of(name);
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let demo = Demo::start(&flags);
    let outcome = replay(&transcript, demo.address(), variables).await;
    println!("{name}\n{outcome}");
    assert!(outcome.is_pass(), "{name} failed; the server's last words:\n{}", demo.last_words());
}

fn settings() -> Settings {
    let text =
        fs::read_to_string(folder().join("settings.json")).expect("the settings can be read");
    serde_json::from_str(&text).expect("the settings follow their format")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/idp")
}

fn transcripts_in(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let (folders, files): (Vec<_>, Vec<_>) = entries
        .map(|entry| entry.expect("its entries can be read").path())
        .partition(|path| path.is_dir());
    let mut transcripts: BTreeSet<_> = files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    transcripts.extend(folders.iter().flat_map(|folder| transcripts_in(folder)));
    transcripts
}
