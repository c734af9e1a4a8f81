//! Databases for tests: SQLite files in folders that go away, and a PostgreSQL cluster of this
//! process alone.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::{env, fs, thread, time};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::query::{Projection, Query};
use scimwire::schema::ResourceType;
use scimwire::store::{Change, Precondition, Pushdown, StoreError, StorePage, StoreQuery, Update};
use scimwire::{MemoryDirectory, Resource, ResourceStore};
use scimwire_sqlx::{PostgresDirectory, PostgresOptions, SqliteDirectory, SqliteOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// How long a test waits for a database that other tests use as well, and for its statements: that
/// says nothing about what is tested.
const TIMEOUT: time::Duration = time::Duration::from_secs(60);

/// Which kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Memory,
    Sqlite,
    Postgres,
}

/// A directory of any kind, and the folder that it is in.
#[derive(Clone)]
pub enum AnyDirectory {
    Memory(MemoryDirectory),
    Sqlite(SqliteDirectory, Arc<TempDir>),
    /// The directory, and the URL of its database.
    Postgres(PostgresDirectory, String),
}

impl AnyDirectory {
    /// A new, empty one.
    pub async fn new(kind: Kind, keeps_dangling: bool) -> Self {
        match kind {
            Kind::Memory if keeps_dangling => {
                Self::Memory(MemoryDirectory::new().retain_dangling_members())
            }
            Kind::Memory => Self::Memory(MemoryDirectory::new()),
            Kind::Sqlite => {
                let folder = TempDir::new().expect("a folder");
                let mut options = SqliteOptions::default();
                (options.acquire_timeout, options.statement_timeout) = (TIMEOUT, Some(TIMEOUT));
                let file = folder.path().join("scim.db");
                let directory =
                    SqliteDirectory::open_with(file, &options).await.expect("a new file");
                let directory =
                    if keeps_dangling { directory.retain_dangling_members() } else { directory };
                Self::Sqlite(directory, Arc::new(folder))
            }
            Kind::Postgres => {
                let cluster = CLUSTER.as_ref().expect("asked for only where it is there");
                let mut options = PostgresOptions::default();
                options.max_connections = 4;
                (options.acquire_timeout, options.statement_timeout) = (TIMEOUT, Some(TIMEOUT));
                let url = cluster.new_database().await;
                let directory =
                    PostgresDirectory::connect_with(&url, &options).await.expect("a new database");
                let directory =
                    if keeps_dangling { directory.retain_dangling_members() } else { directory };
                Self::Postgres(directory, url)
            }
        }
    }

    pub fn store(&self, resource_type: impl Into<Arc<ResourceType>>) -> Arc<dyn ResourceStore> {
        match self {
            Self::Memory(directory) => Arc::new(directory.store(resource_type)),
            Self::Sqlite(directory, _) => Arc::new(directory.store(resource_type)),
            Self::Postgres(directory, _) => Arc::new(directory.store(resource_type)),
        }
    }
}

/// The SQL databases that are there to be tested.
pub fn kinds() -> Vec<Kind> {
    if CLUSTER.is_some() { vec![Kind::Sqlite, Kind::Postgres] } else { vec![Kind::Sqlite] }
}

/// What `SCIMWIRE_TEST_STORE` asks for; without it, the store in memory.
pub fn kind_asked_for() -> Kind {
    match env::var("SCIMWIRE_TEST_STORE").as_deref() {
        Ok("sqlite") => Kind::Sqlite,
        Ok("postgres") => Kind::Postgres,
        Ok("memory") | Err(_) => Kind::Memory,
        Ok(other) => panic!("SCIMWIRE_TEST_STORE={other}: use `memory`, `sqlite` or `postgres`"),
    }
}

/// Returns `true` if the store says how many there are when only a page behind a cursor was asked
/// for.
pub fn counts_by_cursor() -> bool {
    kind_asked_for() == Kind::Memory
}

/// A directory that is opened when one of its stores is first used.
#[derive(Clone)]
pub struct LazyDirectory {
    kind: Kind,
    keeps_dangling: bool,
    opened: Arc<OnceCell<AnyDirectory>>,
}

impl LazyDirectory {
    pub fn new(kind: Kind, keeps_dangling: bool) -> Self {
        Self { kind, keeps_dangling, opened: Arc::default() }
    }

    pub fn store(&self, resource_type: impl Into<Arc<ResourceType>>) -> LazyStore {
        LazyStore {
            directory: self.clone(),
            resource_type: resource_type.into(),
            opened: Arc::default(),
        }
    }
}

/// A store of such a directory. How much it does of a query it says once it was used.
#[derive(Clone)]
pub struct LazyStore {
    directory: LazyDirectory,
    resource_type: Arc<ResourceType>,
    opened: Arc<OnceCell<Arc<dyn ResourceStore>>>,
}

impl LazyStore {
    async fn store(&self) -> &Arc<dyn ResourceStore> {
        let LazyDirectory { kind, keeps_dangling, opened } = &self.directory;
        let open = async || {
            let directory = opened.get_or_init(|| AnyDirectory::new(*kind, *keeps_dangling)).await;
            directory.store(Arc::clone(&self.resource_type))
        };
        self.opened.get_or_init(open).await
    }
}

#[async_trait]
impl ResourceStore for LazyStore {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.resource_type
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.store().await.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.store().await.get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        self.store().await.select(selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.store().await.update(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.store().await.delete(id, expected, cx).await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        match (self.directory.kind, self.opened.get()) {
            (_, Some(store)) => store.pushdown(query),
            (Kind::Memory, None) => Pushdown::Full,
            (Kind::Sqlite | Kind::Postgres, None) => Pushdown::None,
        }
    }
}

/// The cluster of this process; none where PostgreSQL is not installed.
pub static CLUSTER: LazyLock<Option<Cluster>> = LazyLock::new(|| {
    let cluster = bin_folder().map(|bin| Cluster::start(&bin, &[]));
    if cluster.is_none() {
        assert!(
            env::var_os("SCIMWIRE_REQUIRE_POSTGRES").is_none_or(|value| value != "1"),
            "PostgreSQL is not installed"
        );
        eprintln!("PostgreSQL is not installed: what needs it is left out");
    }
    cluster
});

/// Where the programs of PostgreSQL are.
pub fn bin_folder() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = debian.chain(env::split_paths(&path)).collect();
    folders.into_iter().find(|folder| {
        ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).exists())
    })
}

/// A PostgreSQL server in a folder of its own, reached by a socket in there.
pub struct Cluster {
    folder: TempDir,
    bin: PathBuf,
    /// It ends the server when this process does, however that comes about.
    guard: Child,
    databases: AtomicU32,
}

impl Cluster {
    pub fn start(bin: &Path, settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("scimwire-pg").tempdir().expect("a folder");
        give_away(folder.path());
        let data = folder.path().join("data");
        let initdb = as_somebody(bin.join("initdb"))
            .args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--locale-provider=icu",
            ])
            .args(["--icu-locale=en-US", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(initdb.status.success(), "{}", String::from_utf8_lossy(&initdb.stderr));
        let settings: String = settings.iter().map(|setting| format!(" -c {setting}")).collect();
        // Nothing is lost that a test looks for: the power does not fail during one.
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync=off{settings}",
            folder.path().display()
        );
        let pg_ctl = bin.join("pg_ctl");
        let script = format!(
            "'{ctl}' -D '{data}' -s -w -l '{log}' -o '{options}' start && echo started; cat; '{ctl}' -D '{data}' -s -m immediate stop; rm -rf '{folder}'",
            folder = folder.path().display(),
            ctl = pg_ctl.display(),
            data = data.display(),
            log = folder.path().join("log").display(),
        );
        let mut guard = as_somebody(OsStr::new("sh"))
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let mut said = [0; 7];
        guard.stdout.take().expect("a pipe").read_exact(&mut said).expect("the server starts");
        Self { folder, bin: bin.to_owned(), guard, databases: AtomicU32::new(0) }
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.folder.path().display())
    }

    pub async fn new_database(&self) -> String {
        use sqlx::{Connection, Executor, PgConnection};
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection =
            PgConnection::connect(&self.url("postgres")).await.expect("the server answers");
        connection.execute(format!("CREATE DATABASE {name}").as_str()).await.expect("a new name");
        connection.close().await.expect("it closes");
        self.url(&name)
    }

    /// Stops the server, or starts it again.
    pub fn control(&self, arguments: &[&str]) {
        let log = self.folder.path().join("log");
        let status = as_somebody(self.bin.join("pg_ctl"))
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-s", "-w", "-l"])
            .arg(log)
            .args(arguments)
            .stdout(Stdio::null())
            .status()
            .expect("pg_ctl runs");
        assert!(status.success(), "pg_ctl {arguments:?}");
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// As the server was started.
    pub fn options(&self) -> String {
        format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync=off",
            self.folder.path().display()
        )
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// PostgreSQL does not run as root.
#[cfg(unix)]
fn as_somebody(program: impl AsRef<OsStr>) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    command.current_dir("/");
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    // Signals to the tests' group, such as Ctrl-C, are not for the server: its guard ends it.
    command.process_group(0);
    command
}

#[cfg(not(unix))]
fn as_somebody(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

#[cfg(unix)]
const NOBODY: u32 = 65534;

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(unix)]
fn give_away(folder: &Path) {
    if is_root() {
        std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).expect("root may");
    }
}

#[cfg(not(unix))]
fn give_away(_: &Path) {}

/// Waits until something holds, for a while.
pub async fn eventually<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    for _ in 0..300 {
        if holds().await {
            return;
        }
        tokio::time::sleep(time::Duration::from_millis(50)).await;
    }
    panic!("it does not come about (in {:?})", thread::current().id());
}
