package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouterRegister;
import bellows.router.balance.StickySession;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions and headers that ask for one instance. */
class InstanceAffinityTest {
  private RouterFixture router = new RouterFixture();

  @AfterEach
  void close() {
    router.close();
  }

  private ScriptedBackend instance(String uri, int index, String setCookie) {
    return router.serveApp(
        uri,
        "shop",
        index,
        new ScriptedBackend(conversation -> {
          while (conversation.next() != null) {
            conversation.send(
                "HTTP/1.1 200 OK\r\n" + setCookie + "Content-Length: 1\r\n\r\n" + index);
          }
        }));
  }

  private RawClient.Response get(String headers) {
    try (RawClient client = router.client()) {
      return client.send("GET /cart/x HTTP/1.1\r\nHost: app.test\r\n" + headers + "\r\n").read();
    }
  }

  private static List<String> cookies(RawClient.Response response) {
    return response.headers().stream()
        .filter(header -> header.startsWith("Set-Cookie: __VCAP_ID__"))
        .map(header -> header.substring("Set-Cookie: ".length()))
        .toList();
  }

  @Test
  void aSessionStaysWithItsInstance() {
    instance("app.test", 0, "");
    instance("app.test", 1, "");
    for (int i = 0; i < 10; i++) {
      RawClient.Response response =
          get("Cookie: a=b; JSESSIONID=s; __VCAP_ID__=instance-shop-1\r\n");
      assertThat(response.body()).isEqualTo("1");
      assertThat(cookies(response)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cookie: __VCAP_ID__=instance-shop-1\r\n",
        "Cookie: JSESSIONID=s\r\n",
        "Cookie: JSESSIONID=s; __VCAP_ID__=\r\n"
      })
  void halfASessionIsNone(String cookie) {
    instance("app.test", 0, "");
    instance("app.test", 1, "");
    assertThat(List.of(get(cookie).body(), get(cookie).body())).containsExactlyInAnyOrder("0", "1");
  }

  @Test
  void aSessionWhoseInstanceIsGoneMovesOn() {
    instance("app.test", 0, "");
    RawClient.Response response = get("Cookie: JSESSIONID=s; __VCAP_ID__=gone\r\n");
    assertThat(response.body()).isEqualTo("0");
    assertThat(cookies(response)).containsExactly("__VCAP_ID__=instance-shop-0; Path=/; HttpOnly");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "JSESSIONID=s                                     | ''",
        "JSESSIONID=s; Path=/other; Secure                | ; Secure",
        "JSESSIONID=s; SameSite=Lax; Partitioned; HttpOnly| ; SameSite=Lax; Partitioned",
        "JSESSIONID=s; Max-Age=60                         | ''",
        "JSESSIONID=s; Max-Age=0; Expires=Thu, 01 Jan 1970| ; Max-Age=0; Expires=Thu, 01 Jan 1970",
      })
  void theCookieGoesWithTheSessionCookieOfTheApp(String appCookie, String copied) {
    instance("app.test/cart", 0, "Set-Cookie: " + appCookie + "\r\n");
    assertThat(cookies(get("")))
        .containsExactly("__VCAP_ID__=instance-shop-0; Path=/cart; HttpOnly" + copied);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "JSESSIONID=s               | ; Secure",
        "JSESSIONID=s; secure       | ; secure",
        "JSESSIONID=s; SameSite=None| ; Secure; SameSite=None",
      })
  void theCookieIsSecureWhereAllAreToBe(String appCookie, String attributes) {
    router.close();
    router =
        new RouterFixture(
            config -> config.sessions(new StickySession.Config(Set.of("JSESSIONID"), true)));
    instance("app.test", 0, "Set-Cookie: " + appCookie + "\r\n");
    assertThat(cookies(get("")))
        .containsExactly("__VCAP_ID__=instance-shop-0; Path=/; HttpOnly" + attributes);
    instance("app.test", 1, "");
    RawClient.Response moved = get("Cookie: JSESSIONID=s; __VCAP_ID__=gone\r\n");
    assertThat(cookies(moved)).singleElement().asString().containsIgnoringCase("; Secure");
  }

  @Test
  void anAppMaySetTheCookieItself() {
    instance("app.test", 0, "Set-Cookie: JSESSIONID=s\r\nSet-Cookie: __VCAP_ID__=mine\r\n");
    assertThat(cookies(get(""))).containsExactly("__VCAP_ID__=mine");
  }

  @Test
  void otherCookiesTieNobody() {
    instance("app.test", 0, "Set-Cookie: other=s\r\n");
    assertThat(cookies(get(""))).isEmpty();
  }

  @Test
  void anInstanceCanBeAskedFor() {
    instance("app.test", 0, "");
    instance("app.test", 1, "");
    for (int i = 0; i < 6; i++) {
      String index = String.valueOf(i % 2);
      assertThat(get("X-CF-App-Instance: shop:" + index + "\r\n").body()).isEqualTo(index);
      assertThat(get("X-CF-Process-Instance: process-shop:" + index + "\r\n").body())
          .isEqualTo(index);
    }
    assertThat(get("X-CF-Process-Instance: process-shop\r\n").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "X-CF-App-Instance,     shop,            invalid_cf_app_instance_header",
    "X-CF-App-Instance,     shop:,           invalid_cf_app_instance_header",
    "X-CF-App-Instance,     shop:x,          invalid_cf_app_instance_header",
    "X-CF-App-Instance,     :0,              invalid_cf_app_instance_header",
    "X-CF-App-Instance,     shop:0:1,        invalid_cf_app_instance_header",
    "X-CF-Process-Instance, process-shop:,   invalid_cf_process_instance_header",
    "X-CF-App-Instance,     shop:7,          unknown_route",
    "X-CF-App-Instance,     bank:0,          unknown_route",
    "X-CF-Process-Instance, process-bank:0,  unknown_route"
  })
  void askingForWhatIsNotOfThisRouteIsRefused(String header, String value, String error) {
    instance("app.test", 0, "");
    router.serveApp("bank.test", "bank", 0, ScriptedBackend.saying("money"));
    RawClient.Response response = get(header + ": " + value + "\r\n");
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("X-Cf-RouterError")).isEqualTo(error);
  }

  @Test
  void nobodyStandsInForAnInstanceThatWasAskedFor() {
    instance("app.test", 0, "");
    router.register(
        RouterRegister.instance(
            "127.0.0.1",
            router.closedPort(),
            List.of("app.test"),
            "shop",
            "dea",
            "dead",
            1,
            Map.of()));
    assertThat(get("X-CF-App-Instance: shop:1\r\n").status()).isEqualTo(502);
  }
}
