//! The command line, on servers of its own: data of our types, of an older shape, of Python, and of nobody we know.

mod dead;
mod deployment;
mod doctor;
mod get;
mod hostile;
mod large;
mod ls;
mod program;
mod python;
mod queues;
mod rename;
mod shapes;
mod show;
mod usage;
