//! The order of bulk operations: that of the request, except that referenced operations run first.

use std::collections::HashMap;

/// An operation that another one refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Its index in the request.
    pub(super) to: usize,
    /// `true` if the resource cannot be without it, not even for a moment.
    pub(super) required: bool,
}

/// The operations in groups, each group after all that it refers to. Those in one group refer to
/// each other, in a circle; they stand in an order in which most come after what they refer to.
pub(super) fn groups(links: &[Vec<Link>]) -> Vec<Vec<usize>> {
    let targets: Vec<Vec<usize>> =
        links.iter().map(|links| links.iter().map(|link| link.to).collect()).collect();
    components(&targets)
}

/// The order in which the operations of a circle can create their resources, if what is not
/// required may follow later; none where they require each other.
pub(super) fn of_circle(circle: &[usize], links: &[Vec<Link>]) -> Option<Vec<usize>> {
    let places: HashMap<usize, usize> =
        circle.iter().enumerate().map(|(place, index)| (*index, place)).collect();
    let required = |index: &usize| {
        let links = links.get(*index).into_iter().flatten().filter(|link| link.required);
        links.filter_map(|link| places.get(&link.to).copied()).collect()
    };
    let targets: Vec<Vec<usize>> = circle.iter().map(required).collect();
    let alone = |place: usize| targets.get(place).is_some_and(|targets| !targets.contains(&place));
    components(&targets)
        .into_iter()
        .map(|group| match group.as_slice() {
            [place] if alone(*place) => circle.get(*place).copied(),
            _ => None,
        })
        .collect()
}

/// The strongly connected components of a graph, each after those that it points to, by Tarjan's
/// algorithm without recursion: in time linear in its size. In a component, what was found last
/// stands first.
fn components(targets: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        targets,
        nodes: vec![Node::default(); targets.len()],
        open: Vec::new(),
        found: Vec::new(),
        seen: 0,
    };
    for start in 0..targets.len() {
        search.walk(start);
    }
    search.found
}

struct Search<'t> {
    targets: &'t [Vec<usize>],
    nodes: Vec<Node>,
    /// The nodes that are seen, and belong to no component yet.
    open: Vec<usize>,
    found: Vec<Vec<usize>>,
    seen: usize,
}

#[derive(Clone, Copy, Default)]
struct Node {
    /// When it was seen, from 1.
    seen: usize,
    /// The earliest node that it leads back to.
    low: usize,
    is_open: bool,
}

#[expect(clippy::indexing_slicing, reason = "nodes and targets are the indexes of one list")]
impl Search<'_> {
    fn walk(&mut self, start: usize) {
        if self.nodes[start].seen > 0 {
            return;
        }
        self.enter(start);
        // Each node on the way, and how many of its targets were looked at.
        let mut way = vec![(start, 0)];
        while let Some((node, looked_at)) = way.last_mut() {
            let node = *node;
            match self.targets[node].get(*looked_at).copied() {
                Some(target) => {
                    *looked_at += 1;
                    if self.nodes[target].seen == 0 {
                        self.enter(target);
                        way.push((target, 0));
                    } else if self.nodes[target].is_open {
                        self.nodes[node].low = self.nodes[node].low.min(self.nodes[target].seen);
                    }
                }
                None => {
                    way.pop();
                    if let Some((parent, _)) = way.last() {
                        self.nodes[*parent].low = self.nodes[*parent].low.min(self.nodes[node].low);
                    }
                    self.leave(node);
                }
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.seen += 1;
        self.nodes[node] = Node { seen: self.seen, low: self.seen, is_open: true };
        self.open.push(node);
    }

    /// Closes a component, where `node` is the first of one.
    fn leave(&mut self, node: usize) {
        if self.nodes[node].low != self.nodes[node].seen {
            return;
        }
        let first = self.open.iter().rposition(|open| *open == node).unwrap_or_default();
        let mut component = self.open.split_off(first);
        component.iter().for_each(|node| self.nodes[*node].is_open = false);
        component.reverse();
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Links by index; those above 100 are required ones to what is left.
    fn links(targets: &[&[usize]]) -> Vec<Vec<Link>> {
        let link = |to: &usize| Link { to: to % 100, required: *to >= 100 };
        targets.iter().map(|targets| targets.iter().map(link).collect()).collect()
    }

    #[test]
    fn what_is_referred_to_is_brought_forward() {
        // P-3.7-15
        assert_eq!(groups(&links(&[&[], &[], &[]])), [[0], [1], [2]]);
        assert_eq!(groups(&links(&[&[2], &[], &[]])), [[2], [0], [1]]);
        assert_eq!(groups(&links(&[&[], &[0, 3], &[], &[4], &[]])), [[0], [4], [3], [1], [2]]);
    }

    #[test]
    fn circles_stay_together() {
        let found = groups(&links(&[&[], &[3], &[1, 4], &[1, 4], &[]]));
        assert_eq!(found, [vec![0], vec![4], vec![3, 1], vec![2]]);
        assert_eq!(groups(&links(&[&[1], &[2], &[3], &[0]])), [[3, 2, 1, 0]]);
        assert_eq!(groups(&links(&[&[0]])), [[0]]);
    }

    #[test]
    fn a_circle_begins_where_nothing_is_required() {
        let links = links(&[&[101], &[2], &[0]]);
        assert_eq!(of_circle(&[0, 1, 2], &links), Some(vec![1, 0, 2]));
        assert_eq!(of_circle(&[0], &self::links(&[&[0]])), Some(vec![0]));
        assert_eq!(of_circle(&[0], &self::links(&[&[100]])), None);
        assert_eq!(of_circle(&[0, 1], &self::links(&[&[101], &[100]])), None);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let count = 100_000;
        let chain: Vec<Vec<Link>> = (0..count)
            .map(|index| vec![Link { to: (index + 1) % count, required: false }])
            .collect();
        assert_eq!(groups(&chain).len(), 1);
        let open: Vec<Vec<Link>> = chain.into_iter().take(count - 1).chain([Vec::new()]).collect();
        assert_eq!(groups(&open).len(), count);
    }
}
