//! Pairs of types: what one wrote is read as the other.
