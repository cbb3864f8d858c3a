// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guests by words, with a real directory and a libvirt by hand.

#include "fleet/directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "fake_peer.hpp"

namespace hypnos {
namespace {

using test::contains;
using Names = std::vector<std::string>;

constexpr const char* kLocal = "qemu:///system";
constexpr const char* kRack = "qemu+ssh://rack3/system";

class DirectoryTest : public testing::Test {
  protected:
    DirectoryTest() : directory_(dir_.file("guests.d")) { mkdir(directory_.c_str(), 0755); }
    ~DirectoryTest() override {
        files_.clear();
        rmdir(directory_.c_str());
    }

    std::string write(const std::string& file, const std::string& text) {
        files_.push_back(std::make_unique<File>(directory_ + "/" + file));
        std::ofstream(files_.back()->path) << text;
        return files_.back()->path;
    }
    void write_guest(const std::string& name, const std::string& more = "") {
        write(name + ".conf", "[Guest]\nQmp=/" + name + ".qmp\n" + more);
    }
    void has_domain(const std::string& uri, const std::string& name) {
        GuestSpec guest;
        guest.name = name;
        guest.power = "org.hypnos.power.0";
        guest.macs = {"52:54:00:00:00:01"};
        domains_[uri].push_back(guest);
    }

    [[nodiscard]] Result<std::vector<GuestSpec>> select(Selection selection) {
        selection.guests_d = directory_;
        return select_guests(selection, [this](const std::string& uri) { return list(uri); });
    }
    Names names(const Selection& selection) {
        const auto guests = select(selection);
        EXPECT_TRUE(guests) << guests.error().message;
        Names result;
        for (const GuestSpec& guest : guests.value_or(std::vector<GuestSpec>()))
            result.push_back(guest.name);
        return result;
    }
    std::string error(const Selection& selection, ErrorCode code = ErrorCode::Usage) {
        const auto guests = select(selection);
        if (guests) return "no error";
        EXPECT_EQ(guests.error().code, code);
        return guests.error().message;
    }

    int asked_ = 0;

  private:
    struct File {
        explicit File(std::string where) : path(std::move(where)) {}
        ~File() { unlink(path.c_str()); }
        std::string path;
    };

    Result<std::vector<GuestSpec>> list(const std::string& uri) {
        ++asked_;
        const auto found = domains_.find(uri);
        if (found == domains_.end())
            return fail(ErrorCode::Unreachable, "cannot connect to " + uri);
        return found->second;
    }

    test::TempDir dir_;
    std::string directory_;
    std::vector<std::unique_ptr<File>> files_;
    std::map<std::string, std::vector<GuestSpec>> domains_;
};

TEST_F(DirectoryTest, TakesWordsInTheirOrderAndThoseOfOneByName) {
    for (const char* name : {"web-2", "db", "web-1", "mail"}) write_guest(name);
    EXPECT_EQ(names({.words = {"mail", "web-*"}}), (Names{"mail", "web-1", "web-2"}));
    EXPECT_EQ(names({.words = {"web-2", "*"}}), (Names{"web-2", "db", "mail", "web-1"}));
    EXPECT_EQ(names({.all = true}), (Names{"db", "mail", "web-1", "web-2"}));
    EXPECT_EQ(names({}), Names());
}

TEST_F(DirectoryTest, ReadsWhatAFileSays) {
    write_guest("web");
    write("db.conf", "[Guest]\nAgent=/a\nPower=/p\nAfter=web\n");
    const auto guests = select({.words = {"db"}});
    ASSERT_TRUE(guests) << guests.error().message;
    ASSERT_EQ(guests->size(), 1U);
    EXPECT_EQ((*guests)[0].agent, "/a");
    EXPECT_EQ((*guests)[0].power, "/p");
    EXPECT_EQ((*guests)[0].after, Names{"web"});
}

TEST_F(DirectoryTest, KnowsAGuestOnceUnderWhateverNames) {
    write_guest("web");
    write("twin.conf", "[Guest]\nQmp=/web.qmp\n");
    EXPECT_EQ(names({.words = {"web", "qmp=/web.qmp", "*", "web"}}), Names{"web"});
    EXPECT_EQ(names({.words = {"agent=/a,power=/p", "power=/p,agent=/a"}}),
              Names{"agent=/a,power=/p"});
}

TEST_F(DirectoryTest, ASpecInFullNeedsNothingElse) {
    write("broken.conf", "?");
    EXPECT_EQ(names({.words = {"qmp=/q"}, .connect = {"qemu://nowhere/system"}}), Names{"qmp=/q"});
    EXPECT_EQ(asked_, 0);
    EXPECT_PRED2(contains, error({.words = {"qpm=/q"}}), "unknown key 'qpm'");
}

TEST_F(DirectoryTest, OnlyFilesThatAreUsedMustBeRight) {
    write_guest("web");
    const std::string path = write("broken.conf", "[Guest]\nQmq=/q\n");
    EXPECT_EQ(names({.words = {"web"}}), Names{"web"});
    EXPECT_EQ(error({.words = {"*"}}), path + ": [Guest] has no key 'Qmq'; did you mean 'Qmp'?");
    EXPECT_PRED2(contains, error({.all = true}), path);
}

TEST_F(DirectoryTest, LeavesOutWhatIsNoGuestsFile) {
    write_guest("web");
    for (const char* file :
         {"README", "web.conf~", ".web.conf.conf", "a b.conf", ".conf", "x=y.conf"})
        write(file, "?");
    EXPECT_EQ(names({.all = true}), Names{"web"});
}

TEST_F(DirectoryTest, NamesInAfterMustBeThereWhereTheFileIsUsed) {
    write_guest("web");
    write_guest("db", "After=wbe\n");
    EXPECT_EQ(names({.words = {"web"}}), Names{"web"});
    EXPECT_PRED2(contains, error({.words = {"db"}}),
                 "db.conf: After=: there is no guest 'wbe' in ");
    EXPECT_PRED2(contains, error({.words = {"db"}}), "did you mean 'web'?");
}

TEST_F(DirectoryTest, SaysWhichGuestsAreNear) {
    write_guest("web-1");
    EXPECT_PRED2(contains, error({.words = {"wbe-1"}}), "/guests.d; did you mean 'web-1'?");
    EXPECT_PRED2(contains, error({.words = {"mail-*"}}), "no guest's name fits 'mail-*' in ");
}

TEST_F(DirectoryTest, NoDirectoryIsAnEmptyOne) {
    const Selection nowhere{.all = true, .guests_d = "/nonexistent/guests.d"};
    const auto all = select_guests(nowhere);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_TRUE(all->empty());
    const auto file = select_guests({.all = true, .guests_d = "/dev/null"});
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::Usage);
    EXPECT_PRED2(contains, file.error().message, "/dev/null");
}

TEST_F(DirectoryTest, WithAConnectionOnlyItsDomainsAreKnown) {
    write_guest("mail");
    has_domain(kLocal, "web-1");
    has_domain(kLocal, "db");
    const auto guests = select({.all = true, .connect = {kLocal, kLocal}});
    ASSERT_TRUE(guests) << guests.error().message;
    ASSERT_EQ(guests->size(), 2U);
    EXPECT_EQ((*guests)[0].name, "db");
    EXPECT_EQ((*guests)[0].domain, "db");
    EXPECT_EQ((*guests)[0].uri, kLocal);
    EXPECT_EQ((*guests)[0].power, "org.hypnos.power.0");
    EXPECT_EQ((*guests)[1].name, "web-1");
    EXPECT_EQ(asked_, 1);
    EXPECT_EQ(error({.words = {"mail"}, .connect = {kLocal}}),
              "there is no guest 'mail' at qemu:///system");
}

TEST_F(DirectoryTest, WithSeveralConnectionsNamesBeginWithTheHost) {
    has_domain(kLocal, "web");
    has_domain(kRack, "web");
    has_domain(kRack, "db");
    const Names both{kLocal, kRack};
    EXPECT_EQ(names({.all = true, .connect = both}),
              (Names{"localhost/web", "rack3/db", "rack3/web"}));
    EXPECT_EQ(names({.words = {"rack3/w*"}, .connect = both}), Names{"rack3/web"});
    EXPECT_EQ(names({.words = {"db"}, .connect = both}), Names{"rack3/db"});
    EXPECT_PRED2(contains, error({.words = {"web"}, .connect = both}), "say which");
    const auto guests = select({.words = {"rack3/db"}, .connect = both});
    ASSERT_TRUE(guests);
    EXPECT_EQ((*guests)[0].domain, "db");
    EXPECT_EQ((*guests)[0].uri, kRack);
}

TEST_F(DirectoryTest, AConnectionThatCannotBeMadeIsUnreachable) {
    has_domain(kLocal, "web");
    EXPECT_EQ(
        error({.words = {"web"}, .connect = {kLocal, "qemu://x/system"}}, ErrorCode::Unreachable),
        "cannot connect to qemu://x/system");
}

TEST_F(DirectoryTest, AFileMayNameADomain) {
    has_domain(kRack, "db");
    has_domain(kRack, "cache");
    write_guest("web");
    write("my-db.conf", std::string("[Guest]\nConnect=") + kRack + "\nDomain=db\nAfter=web\n");
    write("my-cache.conf",
          std::string("[Guest]\nConnect=") + kRack + "\nDomain=cache\nMac=52:54:00:00:00:02\n");
    const auto guests = select({.words = {"my-*"}});
    ASSERT_TRUE(guests) << guests.error().message;
    ASSERT_EQ(guests->size(), 2U);
    EXPECT_EQ((*guests)[1].name, "my-db");
    EXPECT_EQ((*guests)[1].domain, "db");
    EXPECT_EQ((*guests)[1].uri, kRack);
    EXPECT_EQ((*guests)[1].power, "org.hypnos.power.0");
    EXPECT_EQ((*guests)[1].after, Names{"web"});
    EXPECT_EQ((*guests)[1].macs, Names{"52:54:00:00:00:01"});
    EXPECT_EQ((*guests)[0].macs, Names{"52:54:00:00:00:02"}) << "the file's, not the domain's";
    EXPECT_EQ(asked_, 1) << "each connection is asked once";
}

TEST_F(DirectoryTest, AFileMayNameADomainThatIsNotThere) {
    has_domain(kRack, "db-1");
    write("db.conf", std::string("[Guest]\nConnect=") + kRack + "\nDomain=db-2\n");
    EXPECT_PRED2(contains, error({.words = {"db"}}),
                 "db.conf: Domain=: qemu+ssh://rack3/system has no domain 'db-2'; did you mean "
                 "'db-1'?");
    write("lost.conf", "[Guest]\nConnect=qemu://x/system\nDomain=a\n");
    EXPECT_PRED2(contains, error({.words = {"lost"}}, ErrorCode::Unreachable),
                 "lost.conf: cannot connect to qemu://x/system");
}

}  // namespace
}  // namespace hypnos
