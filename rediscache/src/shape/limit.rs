//! How much work a type's own code is made to do, at the most, while its shape is found.

/// How many places a type may have: a page of memory as an array, and many times what structs have.
pub(super) const MOST_NODES: usize = 8192;

/// How many questions a type may ask while it reads one made-up value: each place four times, since the longest
/// sequences are there to be tried at the leaves, not throughout.
pub(super) const MOST_STEPS: usize = 4 * MOST_NODES;

/// How many questions a type may ask in all: about 40 ms of them.
pub(super) const MOST_STEPS_IN_ALL: usize = 1 << 19;

/// How many made-up values a type may read in all: twice as many as an enum of 2,000 variants needs.
pub(super) const MOST_PASSES: usize = 8192;

/// How deep a made-up value may nest: as deep as the codec reads one. Only a type that holds itself in every value
/// comes here.
pub(super) const DEEPEST: usize = 128;

/// How many made-up values one place may refuse before it is left alone: more than there are texts to try.
pub(super) const MOST_TRIES: usize = 512;

/// How many leaves are varied for one place that refuses. Checks that involve more are not solved by guessing.
pub(super) const MOST_VARIED: usize = 64;

/// How many panics of a type are caught before the rest of it stays unknown, since each prints a message.
pub(super) const MOST_PANICS: usize = 4;

/// How many questions are still answered with an error when the steps are used up. A type that goes on asking ignores
/// errors, and would do so for ever.
pub(super) const MOST_IGNORED: usize = 1024;

/// How many times a finished shape is tried with other values, to see that it does not depend on those: absent and
/// empty, then two of each, then three.
pub(super) const ROUNDS: usize = 3;

/// How often a round is tried again without what it was refused.
pub(super) const MOST_RERUNS: usize = 8;
