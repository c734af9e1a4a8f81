//! The service provider put together: resource types, their stores, who asks, who hears of changes.

use std::cell::RefCell;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scimwire::auth::TokenHash;
use scimwire::dispatch::Limits;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::{Dispatcher, Quirks, ResourceStore};

use crate::activity::ActivityLog;
use crate::auth::TenantAuthenticator;
use crate::hooks::AllHooks;
use crate::hooks::events::EventLog;
use crate::landing::ShowTheWay;
use crate::options::{Options, Profile};
use crate::provenance::Ledger;
use crate::public_url::PublicUrl;
use crate::record_store::Records;
use crate::resource_types;
use crate::server_secrets::Secrets;
use crate::shares::Shares;
use crate::storage::{DatabaseError, Directory};
use crate::tenants::Tenants;
use crate::tenants::deletion::Deletion;

/// How long a request waits while other requests of its tenant run.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The dispatcher, and what the host keeps for itself: its hands on users and groups, its ledger
/// and its events.
pub(crate) struct Provider {
    pub(crate) dispatcher: Dispatcher,
    pub(crate) hooks: AllHooks,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) events: Arc<EventLog>,
    pub(crate) tenants: Arc<Tenants>,
    pub(crate) activity: Arc<ActivityLog>,
    pub(crate) deletion: Deletion,
    pub(crate) secrets: Secrets,
    pub(crate) records: Arc<Records>,
    /// The token for the admin view; `None` disables the view.
    pub(crate) admin_key: Option<TokenHash>,
}

impl Provider {
    pub(crate) async fn new(
        options: &Options,
        public_url: &PublicUrl,
    ) -> Result<Self, Box<dyn Error>> {
        let directory = Directory::open(&options.database).await?;
        let (user_type, group_type, further_types) = types(options)?;
        let stores = RefCell::new(Vec::new());
        let store = |resource_type: &Arc<ResourceType>| -> Arc<dyn ResourceStore> {
            let store: Arc<dyn ResourceStore> = directory.store(resource_type);
            stores.borrow_mut().push(Arc::clone(&store));
            store
        };
        let records =
            Arc::new(Records::open(&options.database).await.map_err(DatabaseError::from)?);
        let (ledger, events) = (Arc::new(Ledger::new(Arc::clone(&records))), Arc::default());
        let tenants = Arc::new(Tenants::new(options, &records));
        let secrets = Secrets::new(Arc::clone(&records));
        let (users, groups) = (store(&user_type), store(&group_type));
        let hooks = AllHooks::new(&users, &groups, &tenants, &ledger, &events);
        let shares = Shares::new(options.tenant_requests.get(), LONGEST_WAIT);
        let authenticator = TenantAuthenticator::new(Arc::clone(&tenants), public_url, shares)?;

        let mut builder = Dispatcher::builder(public_url.scim())
            .store(users)
            .store(groups)
            .authenticator(ShowTheWay::new(authenticator, public_url.console()))
            .hooks(Arc::clone(&hooks.all))
            .quirks(quirks(options.quirks))
            .limits(limits(options))
            // All processes over one database read each other's cursors.
            .cursor_key(cursor_key(&secrets).await?);
        for resource_type in further_types {
            let store = store(&resource_type);
            builder = builder.store(store);
        }
        let dispatcher = builder.build()?;
        let admin_key = options.admin_key.as_ref().map(TokenHash::new);
        let activity = Arc::default();
        let deletion = Deletion::new(
            stores.take(),
            Arc::clone(&records),
            &tenants,
            &hooks,
            &events,
            &activity,
        );
        Ok(Self {
            dispatcher,
            hooks,
            ledger,
            events,
            tenants,
            activity,
            deletion,
            secrets,
            records,
            admin_key,
        })
    }
}

type Types = (Arc<ResourceType>, Arc<ResourceType>, Vec<Arc<ResourceType>>);

/// The types of users, of groups, and those that files define besides.
fn types(options: &Options) -> Result<Types, Box<dyn Error>> {
    let usual =
        vec![ResourceType::user().with_extension(ENTERPRISE_USER), group_type(options.quirks)];
    let types = resource_types::read(&options.resource_types, usual)?;
    let mut types = types.into_iter().map(Arc::new);
    let (users, groups) = types.next().zip(types.next()).ok_or("there are users and groups")?;
    Ok((users, groups, types.collect()))
}

/// Identity providers count on it that there is one group of a name; RFC 7643 does not ask for
/// that.
fn group_type(profile: Profile) -> ResourceType {
    match profile {
        Profile::Lenient => ResourceType::group().with_unique("displayName"),
        Profile::Strict => ResourceType::group(),
    }
}

fn quirks(profile: Profile) -> Quirks {
    match profile {
        Profile::Lenient => Quirks::LENIENT,
        Profile::Strict => Quirks::STRICT,
    }
}

async fn cursor_key(secrets: &Secrets) -> Result<[u8; 16], Box<dyn Error>> {
    let mut key = [0; 16];
    getrandom::fill(&mut key)
        .map_err(|err| format!("could not generate a key for cursors: {err}"))?;
    let kept = secrets.get_or_keep("cursor-key", &URL_SAFE_NO_PAD.encode(key)).await?;
    let wrong = |_| "the stored key for cursors has the wrong length";
    Ok(URL_SAFE_NO_PAD.decode(kept)?.try_into().map_err(wrong)?)
}

fn limits(options: &Options) -> Limits {
    let mut limits = Limits::default();
    limits.max_page_size = options.max_results.get();
    limits
}
