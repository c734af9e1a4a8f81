//! Writes to large tables: group members and users, compared with hand-written SQL.

use std::pin::Pin;
use std::sync::Arc;

use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::{PatchBinder, Replacement};
use scimwire::quirks::OmittedAttributes;
use scimwire::store::{ResourceStore, Update};
use serde_json::json;

use super::{Bench, TENANT, compare, now, numbered, parsed};

impl Bench {
    /// The large group against the small one: what is changed counts, and not what is there.
    pub(super) async fn members(&self) {
        for op in ["add", "remove"] {
            let change = |group: &'static str| {
                let group = if group == "large" { &self.group } else { &self.small_group };
                move |round: usize| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                    Box::pin(async move {
                        self.change_member(group, op, &format!("stranger-{round}")).await;
                        1
                    })
                }
            };
            compare(
                &format!("{op} a member: a million beside 1,000"),
                &change("large"),
                &change("small"),
            )
            .await;
        }
    }

    pub(super) async fn change_member(&self, group: &str, op: &str, id: &str) {
        let (path, value) = match op {
            "add" => ("members".to_owned(), Some(json!([{ "value": id }]))),
            _ => (format!("members[value eq \"{id}\"]"), None),
        };
        let operation = PatchOperation::new(op, Some(path), value.map(Into::into));
        let plan = PatchBinder::new(Arc::clone(&self.group_type))
            .bind(PatchOp::new([operation]))
            .expect("the path fits");
        let update = Update::patch(Arc::clone(&self.group_type), TENANT.into(), plan, now());
        let change =
            self.groups.update(group, &update, &self.cx).await.expect("the group is there");
        assert!(!change.is_unchanged(), "{op} {id}");
    }

    pub(super) async fn writes(&self) {
        let ours = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
            let user = self.new_user(&format!("new{round}"));
            Box::pin(async move {
                self.users.create(user, &self.cx).await.map(|_| 1).expect("a new name")
            })
        };
        let theirs = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
            Box::pin(async move { self.create_by_hand(&format!("hand{round}")).await })
        };
        compare("create", &ours, &theirs).await;
        for label in ["PUT", "PATCH active"] {
            let ours = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let id = numbered("User", 1 + round);
                let update = if label == "PUT" { self.put(round) } else { self.patch(round) };
                Box::pin(async move {
                    self.users
                        .update(&id, &update, &self.cx)
                        .await
                        .map(|_| 1)
                        .expect("the user is there")
                })
            };
            let theirs = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                Box::pin(
                    async move { self.update_by_hand(&numbered("User", 500 + round), round).await },
                )
            };
            compare(label, &ours, &theirs).await;
        }
    }

    fn patch(&self, round: usize) -> Update {
        let operation = PatchOperation::replace("active", round % 2 == 1);
        let binder = PatchBinder::new(Arc::clone(&self.user_type));
        let plan = binder.bind(PatchOp::new([operation])).expect("the path fits");
        Update::patch(Arc::clone(&self.user_type), TENANT.into(), plan, now())
    }

    fn put(&self, round: usize) -> Update {
        let mut wanted = self.new_user(&format!("template{:07}", 1 + round));
        wanted.set("title", format!("title {round}"));
        let replacement =
            Replacement::new(Arc::clone(&self.user_type), wanted, OmittedAttributes::Clear);
        Update::put(Arc::clone(&self.user_type), TENANT.into(), replacement, now())
    }

    /// A hand-written insert: one row, and a row for each unique value.
    async fn create_by_hand(&self, name: &str) -> usize {
        let mut user = self.new_user(name);
        user.set_id(name);
        let document = serde_json::to_string(&user).expect("JSON");
        let mut transaction = self.by_hand.begin().await.expect("a transaction");
        let row = "INSERT INTO scim_resource (tenant, resource_type, id, name, document, search) \
                   VALUES ($1, 'User', $2, $3, $4::json, '{}'::jsonb)";
        let insert = sqlx::query(row)
            .bind(TENANT)
            .bind(name)
            .bind(format!("{name}@example.com"))
            .bind(document);
        insert.execute(&mut *transaction).await.expect("a new id");
        let keys = "INSERT INTO scim_key (tenant, resource_type, attribute, value, slot, resource_id) \
                    VALUES ($1, 'User', 'userName', $2, '', $3), ($1, 'User', 'externalId', $3, $3, $3), \
                    ($1, 'User', 'emails.value', $2, $3, $3)";
        let insert = sqlx::query(keys).bind(TENANT).bind(format!("{name}@example.com")).bind(name);
        insert.execute(&mut *transaction).await.expect("new values");
        transaction.commit().await.expect("a commit");
        1
    }

    /// A hand-written update: reads the document under a lock, changes it and writes it back.
    async fn update_by_hand(&self, id: &str, round: usize) -> usize {
        let mut transaction = self.by_hand.begin().await.expect("a transaction");
        let select = "SELECT document::text FROM scim_resource WHERE tenant = $1 AND resource_type = 'User' AND id = $2 FOR UPDATE";
        let row = sqlx::query(select)
            .bind(TENANT)
            .bind(id)
            .fetch_one(&mut *transaction)
            .await
            .expect("the user is there");
        let mut user = parsed(&row);
        user["active"] = json!(round % 2 == 1);
        user["meta"]["version"] = json!(format!("W/\"{round}\""));
        let update = "UPDATE scim_resource SET document = $3::json WHERE tenant = $1 AND resource_type = 'User' AND id = $2";
        let update = sqlx::query(update).bind(TENANT).bind(id).bind(user.to_string());
        update.execute(&mut *transaction).await.expect("the user is there");
        transaction.commit().await.expect("a commit");
        1
    }
}
