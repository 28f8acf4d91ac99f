package bellows.cmdb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date with the files in {@code db/migration}. */
final class Migrations {
  private static final String FOLDER = "db/migration";

  /** The last file in the folder. */
  static final String NEWEST = "V4__tcp_routes.sql";

  private Migrations() {}

  /**
   * Whether the newest migration was the last one here, with the text that it has now. Then Flyway
   * need not be loaded at all, which saves a start half of its time.
   */
  static boolean done(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet table =
          statement.executeQuery("select to_regclass('flyway_schema_history') is not null")) {
        if (!table.next() || !table.getBoolean(1)) {
          return false;
        }
      }
      try (ResultSet last =
          statement.executeQuery(
              """
              select script, checksum, success from flyway_schema_history
              order by installed_rank desc limit 1
              """)) {
        return last.next()
            && last.getBoolean("success")
            && NEWEST.equals(last.getString("script"))
            && last.getInt("checksum") == checksum();
      }
    }
  }

  /** Several processes may do that at once: they wait for each other. */
  static void run(DataSource database) throws FlywayException {
    Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(database)
        .locations("classpath:" + FOLDER)
        .load()
        .migrate();
  }

  /** As Flyway computes it: over the lines without their ends. */
  private static int checksum() {
    ClassLoader loader = Migrations.class.getClassLoader();
    try (InputStream file =
            Optional.ofNullable(loader.getResourceAsStream(FOLDER + "/" + NEWEST)).orElseThrow();
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
      CRC32 crc = new CRC32();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        crc.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return (int) crc.getValue();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + NEWEST, e);
    }
  }
}
