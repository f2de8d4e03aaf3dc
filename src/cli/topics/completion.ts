import { example, type Topic, text } from './topic.ts';

export const completionTopic: Topic = {
  name: 'completion',
  help: 'Commands, flags and names in your shell, with the tab key.',
  async blocks() {
    return [
      text('In ~/.bashrc:'),
      example('eval "$(drover completion bash)"'),
      text('In ~/.zshrc, behind compinit:'),
      example('eval "$(drover completion zsh)"'),
      text('For fish, once:'),
      example('drover completion fish > ~/.config/fish/completions/drover.fish'),
      text(
        'Endpoints and pools are those of the configuration. VMs and nodes are those that the last command saw: completing connects to nothing. Where two VMs share a name, or a name can’t be typed, the id is offered.',
      ),
    ];
  },
};
