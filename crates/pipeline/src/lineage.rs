use std::collections::BTreeSet;

use galen_store::Digest;
use serde::{Deserialize, Serialize};

use crate::provenance::Provenance;

/// Something was made from something by a stage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    pub from: Digest,
    pub from_name: String,
    pub stage: String,
    pub to: Digest,
    pub to_name: String,
}

/// Every edge that the provenances tell, sorted, each once. Outs are named as declared, a folder by its manifest, so that
/// the edges of one stage meet those of the next.
pub fn lineage<'a>(provenances: impl IntoIterator<Item = &'a Provenance>) -> Vec<Edge> {
    let mut edges = BTreeSet::new();
    for provenance in provenances {
        let recipe = &provenance.recipe;
        for out in &recipe.outs {
            let Some(to) = provenance.digest_of(out) else {
                continue;
            };
            for dep in &recipe.deps {
                edges.insert(Edge {
                    from: dep.digest,
                    from_name: dep.name.clone(),
                    stage: recipe.stage.clone(),
                    to,
                    to_name: out.clone(),
                });
            }
        }
    }
    edges.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::tests::provenance;
    use crate::recipe::tests::recipe;

    #[test]
    fn a_model_is_traced_to_the_data_it_learned_from() {
        let one = provenance(recipe());
        let edges = lineage([&one, &one]);
        assert_eq!(edges.len(), 1);
        assert_eq!(edges[0].from, Digest::of(b"learn"));
        assert_eq!(Some(edges[0].to), one.digest_of("models/a"));
    }
}
