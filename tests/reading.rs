//! Files of every shape.
