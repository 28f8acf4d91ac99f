package bellows.cmdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;

/**
 * A database as a user of an older version has it: migrated up to there, with a row in each table
 * ({@code db/filled-at-<version>.sql}). Newer migrations must keep them.
 */
record FilledTables(List<String> tables) {
  static FilledTables at(Database.Config database, String version) {
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .target(version)
        .load()
        .migrate();
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(rows(version));
      List<String> tables = new ArrayList<>();
      try (ResultSet names =
          statement.executeQuery(
              """
              select table_name from information_schema.tables
              where table_schema = 'public' and table_name <> 'flyway_schema_history'
              """)) {
        while (names.next()) {
          tables.add(names.getString(1));
        }
      }
      return new FilledTables(List.copyOf(tables));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The tables that have no row, or are gone. */
  List<String> lostRows(Handle db) {
    return tables.stream()
        .filter(table ->
            !db.createQuery("select exists (select from " + table + ")").mapTo(Boolean.class).one())
        .toList();
  }

  private static String rows(String version) {
    try (InputStream sql =
        Optional.ofNullable(
                FilledTables.class.getResourceAsStream("/db/filled-at-" + version + ".sql"))
            .orElseThrow()) {
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
