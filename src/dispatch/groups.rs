//! How many groups of a resource are shown: all direct ones, and so many indirect ones as the limit
//! says.

use std::sync::Arc;

use serde_json::Value;

use super::Exchange;
use crate::quirks::Deviation;
use crate::resource::Resource;
use crate::schema::ResourceType;

impl Exchange<'_> {
    /// The same resource, without the indirect groups that are one too many. A store gives the
    /// nearest first.
    pub(super) fn with_nearest_groups(
        &mut self,
        resource_type: &ResourceType,
        mut resource: Arc<Resource>,
    ) -> Arc<Resource> {
        let most = self.provider.limits.indirect_groups;
        let Some(view) = resource_type.membership_view() else {
            return resource;
        };
        let groups = resource.get(view.name()).and_then(Value::as_array);
        let has_more = groups
            .is_some_and(|groups| groups.iter().filter(|group| is_indirect(group)).count() > most);
        if !has_more {
            return resource;
        }
        if let Some(Value::Array(groups)) = Arc::make_mut(&mut resource).remove(view.name()) {
            let mut indirect = 0;
            let nearest = groups.into_iter().filter(|group| {
                indirect += usize::from(is_indirect(group));
                indirect <= most || !is_indirect(group)
            });
            Arc::make_mut(&mut resource).put(view.name(), nearest.collect::<Vec<Value>>());
        }
        let deviation = Deviation::IndirectGroups { shown: most };
        if !self.report.deviations.contains(&deviation) {
            self.report.deviations.push(deviation);
        }
        resource
    }
}

fn is_indirect(group: &Value) -> bool {
    group
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("indirect"))
}
