//! Several servers of one PostgreSQL database, of which one takes writes.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Row};

/// The timeout for asking a server whether it accepts writes.
const PATIENCE: Duration = Duration::from_secs(2);

/// The servers that a connection string names.
///
/// As `libpq` has it: several hosts with commas between them,
/// `postgres://scim@one.example.com,two.example.com:5433/scim`, or in the parameters `host` and
/// `port`; and `target_session_attrs=read-write` (or `primary`) to pass by those that only read.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    servers: Vec<Server>,
    target: Target,
}

/// One of the servers.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// The connection string that names it alone.
    pub(super) url: String,
    pub(super) options: PgConnectOptions,
}

/// Which servers are of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Any,
    ReadWrite,
}

/// A connection string that cannot be read.
#[derive(Debug, thiserror::Error)]
enum HostsError {
    #[error(
        "`target_session_attrs` must be `any`, `read-write` or `primary`: other servers do not accept writes"
    )]
    Target,
    #[error("the number of ports must be one, or equal the number of hosts")]
    Ports,
    #[error("the server is read-only: it is a standby, or has become one")]
    ReadsOnly,
}

impl Hosts {
    pub(super) fn parse(url: &str) -> Result<Self, sqlx::Error> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut target, mut hosts, mut ports, mut rest) =
            (Target::Any, Vec::new(), Vec::new(), Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "target_session_attrs" => target = Target::read(&value)?,
                "host" => hosts = list(&value),
                "port" => ports = list(&value),
                _ => rest.push((name.into_owned(), value.into_owned())),
            }
        }
        let bases = each_base(base);
        let count = bases.len().max(hosts.len()).max(1);
        let servers = (0..count).map(|index| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&rest);
            query.extend_pairs(one_of(&hosts, index, count)?.map(|host| ("host", host)));
            query.extend_pairs(one_of(&ports, index, count)?.map(|port| ("port", port)));
            let base = one_of(&bases, index, count)?.unwrap_or(base);
            let url = format!("{base}?{}", query.finish());
            Ok(Server { options: url.parse()?, url })
        });
        Ok(Self { servers: servers.collect::<Result<_, sqlx::Error>>()?, target })
    }

    pub(super) fn are_several(&self) -> bool {
        self.servers.len() > 1
    }

    /// The only server; of several one that takes writes.
    pub(super) async fn find(&self) -> Result<&Server, sqlx::Error> {
        if let [only] = &*self.servers {
            return Ok(only);
        }
        let mut last = sqlx::Error::PoolTimedOut;
        for server in &self.servers {
            match tokio::time::timeout(PATIENCE, self.try_one(&server.options)).await {
                Ok(Ok(())) => return Ok(server),
                Ok(Err(err)) => last = err,
                Err(_) => {}
            }
        }
        Err(last)
    }

    async fn try_one(&self, options: &PgConnectOptions) -> Result<(), sqlx::Error> {
        let mut connection = options.connect().await?;
        self.check(&mut connection).await?;
        connection.close().await
    }

    /// Refuses a server that only reads, where one is wanted that writes.
    pub(super) async fn check(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.target == Target::Any {
            return Ok(());
        }
        let read_only: String =
            sqlx::query("SHOW transaction_read_only").fetch_one(connection).await?.try_get(0)?;
        if read_only == "on" {
            Err(sqlx::Error::Configuration(HostsError::ReadsOnly.into()))
        } else {
            Ok(())
        }
    }
}

impl Target {
    fn read(text: &str) -> Result<Self, sqlx::Error> {
        match text {
            "any" => Ok(Self::Any),
            "read-write" | "primary" => Ok(Self::ReadWrite),
            _ => Err(sqlx::Error::Configuration(HostsError::Target.into())),
        }
    }
}

/// The part before the query, once for each host that it names.
fn each_base(base: &str) -> Vec<String> {
    let Some((scheme, rest)) = base.split_once("://") else {
        return vec![base.to_owned()];
    };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let (user, hosts) =
        authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if authority.contains('@') { "@" } else { "" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}{path}")).collect()
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

/// Returns the entry of a list for one host; a list of one applies to all.
fn one_of(list: &[String], index: usize, count: usize) -> Result<Option<&str>, sqlx::Error> {
    match list {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        list if list.len() == count => Ok(list.get(index).map(String::as_str)),
        _ => Err(sqlx::Error::Configuration(HostsError::Ports.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn places(url: &str) -> Vec<(String, u16)> {
        let hosts = Hosts::parse(url).expect("a connection string");
        let place =
            |server: &Server| (server.options.get_host().to_owned(), server.options.get_port());
        hosts.servers.iter().map(place).collect()
    }

    #[test]
    fn each_host_is_tried_with_its_own_port() {
        let url = "postgres://scim:a%40b@one.example.com:5433,two.example.com/scim?target_session_attrs=read-write";
        assert_eq!(
            places(url),
            [("one.example.com".to_owned(), 5433), ("two.example.com".to_owned(), 5432)]
        );
        let url = "postgres:///scim?host=one,two&port=5433,5434&user=scim";
        assert_eq!(places(url), [("one".to_owned(), 5433), ("two".to_owned(), 5434)]);
        let hosts = Hosts::parse("postgres:///scim?host=/run/a,/run/b&port=5433&user=scim")
            .expect("a connection string");
        let sockets: Vec<_> =
            hosts.servers.iter().filter_map(|server| server.options.get_socket()).collect();
        assert_eq!(sockets, [std::path::Path::new("/run/a"), std::path::Path::new("/run/b")]);
        assert!(
            hosts
                .servers
                .iter()
                .map(|server| &server.options)
                .all(|options| options.get_port() == 5433 && options.get_username() == "scim")
        );
    }

    #[tokio::test]
    async fn one_host_is_as_ever() {
        let hosts = Hosts::parse("postgres://scim@db.example.com/scim?application_name=x")
            .expect("a connection string");
        assert!(!hosts.are_several() && hosts.target == Target::Any);
        let server = hosts.find().await.expect("it is not asked");
        let options = &server.options;
        assert_eq!(
            (options.get_host(), options.get_application_name()),
            ("db.example.com", Some("x"))
        );
        assert_eq!(server.url, "postgres://scim@db.example.com/scim?application_name=x");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for url in [
            "postgres://one,two,three/scim?port=1,2",
            "postgres://one/scim?target_session_attrs=standby",
            "postgres://one/scim?host=a,b&port=1,2,3",
        ] {
            assert!(Hosts::parse(url).is_err(), "{url}");
        }
    }
}
