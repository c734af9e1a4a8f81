//! Existing tables as stores, on SQLite and PostgreSQL: each option of a description, by the test
//! kit and by itself. Without PostgreSQL, its part is left out.

mod table {
    mod broken;
    mod cases;
    mod changes;
    mod derived;
    mod kit;
    mod left;
    mod names;
    mod odd_tables;
    mod opening;
    mod pools;
    mod refused;
    mod shown;
    mod transactions;
    mod waiting;
}

use support::databases;
