package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.TestController;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListsIT {
  private TestController controller;
  private ApiClient admin;
  private String org;

  @BeforeAll
  void start() {
    controller = new TestController();
    admin = controller.admin();
    org = controller.organization("lists");
    space("a", "{\"env\":\"prod\",\"tier\":\"web\"}");
    space("b", "{\"env\":\"test\"}");
    space("c,d", "{\"env\":\"dev\",\"example.com/team\":\"blue\"}");
    space("e%2Cf", "{}");
  }

  private void space(String name, String labels) {
    admin.create(
        "/v3/spaces",
        """
        {"name":"%s","relationships":{"organization":{"data":{"guid":"%s"}}},
         "metadata":{"labels":%s}}\
        """
            .formatted(name, org, labels));
  }

  @AfterAll
  void close() {
    controller.close();
  }

  private List<String> names(String query) {
    Answer answer = admin.get("/v3/spaces?organization_guids=" + org + "&" + query);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    List<String> names = new ArrayList<>();
    answer.json().get("resources").forEach(space -> names.add(space.get("name").stringValue()));
    return names;
  }

  private List<String> selected(String selector) {
    return names(
        "order_by=name&label_selector=" + URLEncoder.encode(selector, StandardCharsets.UTF_8));
  }

  @Test
  void comesInPagesThatLinkToEachOther() {
    Answer first =
        admin.get("/v3/spaces?organization_guids=" + org + "&order_by=-name&per_page=2&page=1");
    assertThat(first.at("/pagination/total_results")).isEqualTo("4");
    assertThat(first.at("/pagination/total_pages")).isEqualTo("2");
    assertThat(first.json().at("/pagination/previous").isNull()).isTrue();
    String next = first.at("/pagination/next/href");
    assertThat(next)
        .isEqualTo(
            "http://127.0.0.1:%d/v3/spaces?organization_guids=%s&order_by=-name&page=2&per_page=2"
                .formatted(controller.port(), org));
    URI uri = URI.create(next);
    Answer second = admin.get(uri.getRawPath() + "?" + uri.getRawQuery());
    assertThat(second.json().at("/pagination/next").isNull()).isTrue();
    assertThat(second.at("/resources/1/name")).isEqualTo("a");
  }

  @Test
  void answersAPageBeyondTheLast() {
    Answer answer = admin.get("/v3/spaces?organization_guids=" + org + "&page=9");
    assertThat(answer.json().get("resources").size()).isZero();
    assertThat(answer.at("/pagination/total_results")).isEqualTo("4");
  }

  @Test
  void filtersByNamesThatHoldCommas() {
    assertThat(names("names=a,b&order_by=name")).containsExactly("a", "b");
    assertThat(names("names=c%252Cd,b&order_by=name")).containsExactly("b", "c,d");
    assertThat(names("names=e%25252Cf")).containsExactly("e%2Cf");
    assertThat(names("names=")).isEmpty();
  }

  @Test
  void filtersByTimes() {
    assertThat(names("created_ats[lt]=2000-01-01T00:00:00Z")).isEmpty();
    assertThat(names("created_ats%5Bgt%5D=2000-01-01T00:00:00Z")).hasSize(4);
    String at = admin.get("/v3/spaces?organization_guids=" + org).at("/resources/0/created_at");
    assertThat(names("created_ats=" + at + ",2000-01-01T00:00:00Z")).contains("a");
    assertThat(names("updated_ats[lte]=" + at)).contains("a");
  }

  @Test
  void selectsByLabels() {
    assertThat(selected("env")).containsExactly("a", "b", "c,d");
    assertThat(selected("!env")).containsExactly("e%2Cf");
    assertThat(selected("env=prod")).containsExactly("a");
    assertThat(selected("env==prod,tier=web")).containsExactly("a");
    assertThat(selected("env!=prod")).containsExactly("b", "c,d", "e%2Cf");
    assertThat(selected("env in (prod, test)")).containsExactly("a", "b");
    assertThat(selected("env notin (prod,test)")).containsExactly("c,d", "e%2Cf");
    assertThat(selected("example.com/team=blue,!tier")).containsExactly("c,d");
  }

  @Test
  void refusesWrongQueries() {
    for (String query :
        List.of(
            "page=0",
            "page=x",
            "per_page=5001",
            "order_by=color",
            "created_ats=yesterday",
            "created_ats[eq]=2000-01-01T00:00:00Z",
            "include=app",
            "label_selector=a%20b",
            "label_selector=x=%7B")) {
      Answer answer = admin.get("/v3/spaces?" + query);
      assertThat(answer.status()).describedAs(query).isEqualTo(400);
      assertThat(answer.code()).isEqualTo(10005);
      assertThat(answer.detail()).startsWith("The query parameter is invalid: ");
    }
  }

  @Test
  void includesWhatItsResourcesReferTo() {
    Answer answer = admin.get("/v3/spaces?organization_guids=" + org + "&include=organization");
    assertThat(answer.json().at("/included/organizations").size()).isEqualTo(1);
    assertThat(answer.at("/included/organizations/0/name")).isEqualTo("lists");
  }
}
