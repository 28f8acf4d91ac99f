package bellows.cmdb;

import bellows.cmdb.testing.TestServer;

class OutsidePostgresIT extends CmdbContract {
  @Override
  TestServer server() {
    return TestServer.OUTSIDE;
  }
}
