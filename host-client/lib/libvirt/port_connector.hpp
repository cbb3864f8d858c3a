// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A port of a domain as a Connector: a blocking call that makes a socket.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libvirt/calls.hpp"
#include "wire/connector.hpp"

namespace hypnos::libvirt {

/// Asks again for a port that another client holds, for two seconds: libvirtd notices the end of a
/// client a little later than whoever waited for that end.
class PortConnector : public Connector {
  public:
    /// The caller's end, or null if another client has the port; shared only so that it can be
    /// handed from thread to thread.
    using Opened = Result<std::shared_ptr<UniqueFd>>;
    /// Blocks.
    using Open = std::function<Opened(const std::shared_ptr<Connection>&)>;

    PortConnector(GMainContext* context, const std::string& uri, std::string name, Open open);
    ~PortConnector() override { inbox_->close(); }

    void connect(Done done) override;
    [[nodiscard]] std::string name() const override { return name_; }

  private:
    void attempt(int left);
    void opened(const Opened& socket, int left);

    std::string name_;
    Open open_;
    std::shared_ptr<Inbox> inbox_;
    std::shared_ptr<Connection> connection_;
    Calls calls_;
    Done done_;
    glib::Source again_;
};

}  // namespace hypnos::libvirt
