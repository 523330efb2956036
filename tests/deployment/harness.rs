//! That what the tests start is what they take it for.

use support::Cluster;

#[test]
fn a_cluster_moves_slots_and_promotes_replicas() {
    let mut cluster = Cluster::start();
    let slot = cluster.slot("a");
    let owner = cluster.owner(slot);
    redis::cmd("SET").arg("a").arg(1).exec(&mut cluster.node(owner).raw()).unwrap();
    let to = (owner + 1) % 3;
    cluster.move_slot(slot, to);
    assert_eq!(cluster.owner(slot), to);
    assert_eq!(redis::cmd("GET").arg("a").query::<u64>(&mut cluster.node(to).raw()), Ok(1));
    cluster.replicate(to);
    cluster.kill(to);
    cluster.promote(to + 3);
    assert_eq!(cluster.owner(slot), to + 3);
    assert_eq!(redis::cmd("GET").arg("a").query::<u64>(&mut cluster.node(to + 3).raw()), Ok(1));
    assert_eq!(cluster.living().len(), 5);
}
