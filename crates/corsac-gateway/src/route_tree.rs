//! The paths of the routes of one host, one level per segment.

use std::sync::Arc;

use corsac_config::Extent;

use crate::routes::Route;

/// A place in the tree of paths.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// For this path and all below it.
    prefix: Option<Arc<Route>>,
    /// For this path alone.
    exact: Option<Arc<Route>>,
    /// Sorted by segment.
    children: Vec<(Box<[u8]>, Self)>,
}

impl Node {
    pub(crate) fn insert(&mut self, path: &str, extent: Extent, route: Arc<Route>) {
        let node = self.at(path);
        match extent {
            Extent::Prefix => node.prefix = Some(route),
            Extent::Exact => node.exact = Some(route),
        }
    }

    /// The route for exactly this path, or else the one whose path is its longest prefix on whole
    /// segments. The path is normalized.
    ///
    /// It looks at as many segments as the longest route has, however long the path is.
    pub(crate) fn find(&self, path: &str) -> Option<&Arc<Route>> {
        let mut node = self;
        let mut found = node.prefix.as_ref();
        for segment in segments(path)? {
            let Some(child) = node.child(segment) else {
                return found;
            };
            node = child;
            found = node.prefix.as_ref().or(found);
        }
        node.exact.as_ref().or(found)
    }

    /// The place of a route's path, made if it is not there.
    fn at(&mut self, path: &str) -> &mut Self {
        let mut node = self;
        for segment in segments(path).into_iter().flatten() {
            let position = match node.position(segment) {
                Ok(position) => position,
                Err(position) => {
                    node.children
                        .insert(position, (segment.into(), Self::default()));
                    position
                }
            };
            node = &mut node.children[position].1;
        }
        node
    }

    fn child(&self, segment: &[u8]) -> Option<&Self> {
        Some(&self.children[self.position(segment).ok()?].1)
    }

    fn position(&self, segment: &[u8]) -> Result<usize, usize> {
        self.children
            .binary_search_by(|(it, _)| (**it).cmp(segment))
    }
}

/// The segments of a path; `/` has none.
fn segments(path: &str) -> Option<impl Iterator<Item = &[u8]>> {
    let path = path.as_bytes().strip_prefix(b"/")?;
    let segments = path.split(|byte| *byte == b'/');
    Some(segments.skip(usize::from(path.is_empty())))
}
