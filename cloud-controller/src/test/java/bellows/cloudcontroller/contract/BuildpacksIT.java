package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.blobstore.BlobKey;
import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.TestController;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuildpacksIT {
  /** A zip without entries. */
  private static final String ZIP = "PK\5\6" + "\0".repeat(18);

  private final TestController controller = new TestController();
  private final ApiClient admin = controller.admin();

  @AfterEach
  void close() {
    controller.close();
  }

  private Answer upload(String guid, String file, String content) {
    String body =
        String.join(
            "\r\n",
            "--b",
            "Content-Disposition: form-data; name=\"bits\"; filename=\"" + file + "\"",
            "Content-Type: application/zip",
            "",
            content,
            "--b--",
            "");
    return admin.send(
        "POST", "/v3/buildpacks/" + guid + "/upload", body, "multipart/form-data; boundary=b");
  }

  private List<String> order() {
    return admin
        .get("/v3/buildpacks")
        .json()
        .get("resources")
        .valueStream()
        .map(one -> one.get("name").stringValue() + one.get("position").asInt())
        .toList();
  }

  @Test
  void keepsTheOrderWithoutGaps() {
    String guid = admin.create("/v3/buildpacks/", "{\"name\":\"mine\",\"position\":2}");
    assertThat(order()).containsExactly("java1", "mine2", "binary3");
    admin.patch("/v3/buildpacks/" + guid, "{\"position\":99}");
    assertThat(order()).containsExactly("java1", "binary2", "mine3");
    admin.patch("/v3/buildpacks/" + guid, "{\"position\":1}");
    assertThat(order()).containsExactly("mine1", "java2", "binary3");
    assertThat(admin.deleteWait("/v3/buildpacks/" + guid).at("/state")).isEqualTo("COMPLETE");
    assertThat(order()).containsExactly("java1", "binary2");
  }

  @Test
  void takesBits() {
    String guid = admin.create("/v3/buildpacks", "{\"name\":\"mine\"}");
    Answer taken = upload(guid, "mine.zip", ZIP);
    assertThat(taken.status()).isEqualTo(202);
    assertThat(taken.at("/state")).isEqualTo("READY");
    assertThat(admin.job(taken).at("/state")).isEqualTo("COMPLETE");
    assertThat(controller.blobs().size(new BlobKey("buildpacks", guid))).hasValue(22L);
    assertThat(upload(guid, "mine.tgz", "PK").status()).isEqualTo(422);
    assertThat(upload(guid, "mine.zip", "no zip").status()).isEqualTo(422);
    assertThat(upload(guid, "mine.zip", "PK, but no zip").detail()).contains("zip is invalid");
    assertThat(controller.blobs().size(new BlobKey("buildpacks", guid))).hasValue(22L);
    admin.patch("/v3/buildpacks/" + guid, "{\"locked\":true}");
    assertThat(upload(guid, "mine.zip", "PK").detail()).isEqualTo("Buildpack is locked");
    assertThat(admin.post("/v3/buildpacks", "{\"name\":\"mine\"}").code()).isEqualTo(290000);
  }

  @Test
  void changesNothingWhenTheFormBreaksOffAfterTheBits() throws IOException {
    String guid = admin.create("/v3/buildpacks", "{\"name\":\"mine\"}");
    String form =
        String.join(
            "\r\n",
            "--b",
            "Content-Disposition: form-data; name=\"bits\"; filename=\"mine.zip\"",
            "",
            ZIP,
            "--b",
            "Content-Dispo");
    Answer answer =
        admin.send(
            "POST", "/v3/buildpacks/" + guid + "/upload", form, "multipart/form-data; boundary=b");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(controller.blobs().size(new BlobKey("buildpacks", guid))).isEmpty();
    assertThat(controller.uploads()).isEmptyDirectory();
  }

  @Test
  void areNamesOrAddressesOfThreeKindsAndTheirSecretsAreNotShown() {
    String space = controller.space("dev", controller.organization("shop"));
    for (String wrong : List.of("file:///etc", "ftp://x/y", "https://a b", "nope", "-x")) {
      Answer refused = app(wrong, space);
      assertThat(refused.status()).describedAs(wrong).isEqualTo(422);
      assertThat(refused.detail()).contains(wrong);
    }
    assertThat(app("https://ann:s3cret@git.example.org/x.git#main", space).text())
        .contains("https://***:***@git.example.org/x.git#main")
        .doesNotContain("s3cret");
  }

  private Answer app(String buildpack, String space) {
    return admin.post(
        "/v3/apps",
        """
        {"name":"a","lifecycle":{"type":"buildpack","data":{"buildpacks":["%s"]}},
         "relationships":{"space":{"data":{"guid":"%s"}}}}\
        """
            .formatted(buildpack, space));
  }

  @Test
  void installsASystemBuildpackAnewWhenItsFolderChanges() throws IOException {
    String guid = admin.get("/v3/buildpacks?names=java").at("/resources/0/guid");
    BlobKey key = new BlobKey("buildpacks", guid);
    long before = controller.blobs().size(key).orElseThrow();
    controller.startAgain();
    assertThat(controller.blobs().size(key)).hasValue(before);
    Files.writeString(controller.buildpacks().resolve("java/bin/compile"), "#!/bin/sh\nexit 1\n");
    controller.startAgain();
    assertThat(controller.blobs().size(key).orElseThrow()).isGreaterThan(before);
  }

  @Test
  void leavesBitsThatAnAdministratorUploaded() {
    String guid = admin.get("/v3/buildpacks?names=java").at("/resources/0/guid");
    assertThat(upload(guid, "own.zip", ZIP).status()).isEqualTo(202);
    controller.startAgain();
    assertThat(admin.get("/v3/buildpacks/" + guid).at("/filename")).isEqualTo("own.zip");
    assertThat(controller.blobs().size(new BlobKey("buildpacks", guid))).hasValue(22L);
  }
}
