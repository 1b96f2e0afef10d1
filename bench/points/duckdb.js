// One statement in DuckDB, for measuring: node duckdb.js DATABASE THREADS SQL
const { DuckDBInstance } = require('@duckdb/node-api')

async function main([database, threads, sql]) {
    const instance = await DuckDBInstance.create(database, { threads })
    const connection = await instance.connect()
    await connection.run(sql)
    connection.closeSync()
    instance.closeSync()
}

main(process.argv.slice(2)).catch((e) => {
    console.error(e.message)
    process.exit(1)
})
