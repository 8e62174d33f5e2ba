// from packages/postgres/README.md#unexpiredpostgres:2
