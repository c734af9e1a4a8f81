//! Existing tables as stores, on SQLite and PostgreSQL: each option of a description, by the test
//! kit and by itself. Without PostgreSQL, its part is left out.

mod table {
    mod cases;
    mod changes;
    mod kit;
    mod names;
    mod pools;
    mod refused;
    mod transactions;
}

use support::databases;
