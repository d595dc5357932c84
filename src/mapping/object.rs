//! A JSON object whose members are known before the rows come: their order, their nesting and their written names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::lead::Reason;

use super::error::MappingError;
use super::json;
use super::template::RowInHand;
use super::value::{BoundValue, Writing, Written};

/// The members to be, by name; a `BTreeMap` keeps them in the order of their bytes.
#[derive(Debug, Default)]
pub(super) struct ObjectPlan {
    members: BTreeMap<String, Planned>,
}

#[derive(Debug)]
struct Planned {
    /// Where it comes from, in words, for the message of a clash.
    from: String,
    node: PlannedNode,
}

#[derive(Debug)]
enum PlannedNode {
    Value(BoundValue),
    Object(ObjectPlan),
}

impl ObjectPlan {
    /// Takes in a member at `path`: `["utm", "source"]` is the member `source` of the member `utm`.
    ///
    /// # Errors
    /// There is one at that path, or the path leads through one that is no object.
    pub(super) fn insert(&mut self, path: &[String], from: &str, value: BoundValue) -> Result<(), MappingError> {
        self.insert_below(path, path, from, value)
    }

    fn insert_below(
        &mut self,
        rest: &[String],
        path: &[String],
        from: &str,
        value: BoundValue,
    ) -> Result<(), MappingError> {
        let Some((name, deeper)) = rest.split_first() else { return Ok(()) };
        match self.members.entry(name.clone()) {
            Entry::Vacant(vacant) => {
                let mut node = PlannedNode::Value(value);
                for name in deeper.iter().rev() {
                    let inner = Planned { from: from.to_owned(), node };
                    node = PlannedNode::Object(Self { members: BTreeMap::from([(name.clone(), inner)]) });
                }
                vacant.insert(Planned { from: from.to_owned(), node });
                Ok(())
            }
            Entry::Occupied(mut there) => match &mut there.get_mut().node {
                PlannedNode::Object(object) if !deeper.is_empty() => object.insert_below(deeper, path, from, value),
                _ => Err(MappingError::NameClash {
                    name: path.join("."),
                    first: there.get().from.clone(),
                    second: from.to_owned(),
                }),
            },
        }
    }

    /// The object, ready to be written.
    pub(super) fn finish(self) -> Object {
        let member = |(name, planned): (String, Planned)| {
            let mut prefix = String::new();
            json::push_string(&mut prefix, &name);
            prefix.push(':');
            let node = match planned.node {
                PlannedNode::Value(value) => Node::Value(value),
                PlannedNode::Object(plan) => Node::Object(plan.finish()),
            };
            Member { name, prefix, node }
        };
        Object { members: self.members.into_iter().map(member).collect() }
    }
}

/// An object with its members in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Object {
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    name: String,
    /// `"name":`
    prefix: String,
    node: Node,
}

#[derive(Debug)]
enum Node {
    Value(BoundValue),
    Object(Object),
}

impl Object {
    /// The names of its members.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.members.iter().map(|member| member.name.clone())
    }

    /// Its values, those of inner objects included, each with its name; dots stand between the names of nested ones.
    pub(super) fn values(&self) -> Vec<(String, &BoundValue)> {
        let mut values = Vec::new();
        for member in &self.members {
            match &member.node {
                Node::Value(value) => values.push((member.name.clone(), value)),
                Node::Object(object) => {
                    let inner = object.values().into_iter();
                    values.extend(inner.map(|(name, value)| (format!("{}.{name}", member.name), value)));
                }
            }
        }
        values
    }

    /// Writes it into `out` in place of what is there; `{}` where every member is left out, and after an error.
    pub(super) fn write(&self, row: &RowInHand<'_>, writing: &Writing, out: &mut String) -> Result<(), Reason> {
        out.clear();
        let appended = self.append(row, writing, out);
        if !matches!(appended, Ok(Written::Yes)) {
            // Half an object is of no use to anyone.
            out.clear();
            out.push_str("{}");
        }
        appended.map(|_| ())
    }

    /// An inner object with nothing in it is left out like an empty cell.
    fn append(&self, row: &RowInHand<'_>, writing: &Writing, out: &mut String) -> Result<Written, Reason> {
        let begin = out.len();
        for member in &self.members {
            let before = out.len();
            out.push(if before == begin { '{' } else { ',' });
            out.push_str(&member.prefix);
            let written = match &member.node {
                Node::Value(value) => value.write(row, writing, out)?,
                Node::Object(object) => object.append(row, writing, out)?,
            };
            if written == Written::LeftOut {
                out.truncate(before);
            }
        }
        if out.len() == begin {
            return Ok(Written::LeftOut);
        }
        out.push('}');
        Ok(Written::Yes)
    }
}
