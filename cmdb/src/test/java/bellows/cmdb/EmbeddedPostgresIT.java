package bellows.cmdb;

import bellows.cmdb.testing.TestServer;

class EmbeddedPostgresIT extends CmdbContract {
  @Override
  TestServer server() {
    return TestServer.EMBEDDED;
  }
}
